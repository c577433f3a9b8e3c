import { BridgeMessage } from '@cuttle/core-types/bridge';
import type { ChannelInbound, Door } from '@cuttle/core-types/ports';
import { createLanes } from '../lanes.ts';
import { type RetryDeps, untilDone } from '../retry.ts';
import { toUnparsedEvent } from '../unparsed-event.ts';
import type { MessageNews } from './bridge-link.ts';
import { decodeMessage } from './decode.ts';

export interface IntakeDeps extends RetryDeps {
  readonly platform: string;
  /** Whether reactions of people are handed in. */
  readonly hearsReactions: boolean;
  /** Tells the bridge that a message need not be given again. */
  readonly taken: (event: string) => void;
}

/** Hands messages to the door, each chat in order; one that is not taken is tried until it is, and only then confirmed. */
export interface Intake {
  /** A connection begins: what was confirmed on the one before may not have been heard. */
  begin(): void;
  hear(news: MessageNews): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createIntake(deps: IntakeDeps, door: Door, signal: AbortSignal): Intake {
  const lanes = createLanes();
  const says = `A message of ${deps.platform} was not taken in; it is tried again.`;
  const failed = `A message of ${deps.platform} could not be taken in.`;
  // A new life of the bridge gives again what waits here already.
  const pending = new Set<string>();
  // On which connection a message was confirmed; of the latest ones.
  const confirmed = new Map<string, number>();
  let connections = 0;
  const confirm = (event: string): void => {
    confirmed.delete(event);
    confirmed.set(event, connections);
    const [oldest] = confirmed.keys();
    if (confirmed.size > mostConfirmed && oldest !== undefined) confirmed.delete(oldest);
    deps.taken(event);
  };
  const take = async (event: string, inbound: ChannelInbound | undefined): Promise<void> => {
    if (inbound !== undefined)
      await untilDone(deps, { says, act: () => door.accept(inbound, signal) }, signal);
    pending.delete(event);
    confirm(event);
  };
  return {
    begin: () => void (connections += 1),
    hear({ event, message }) {
      if (pending.has(event)) return;
      if ((confirmed.get(event) ?? connections) < connections) return confirm(event);
      pending.add(event);
      const parsed = BridgeMessage.safeParse(message);
      const decoded = parsed.success ? decodeMessage(parsed.data) : toUnparsedEvent(message);
      const isLeft = decoded?.kind === 'reaction' && !deps.hearsReactions;
      const inbound = isLeft ? undefined : decoded;
      const lane = parsed.success ? parsed.data.chat.id : '';
      // Waited for with the lanes.
      lanes
        .add(lane, () => take(event, inbound))
        .catch((error: unknown) => {
          // After the abort it is given again with the next start.
          if (!signal.aborted) deps.log.error(failed, { error });
        });
    },
    idle: () => lanes.idle(),
  };
}

const mostConfirmed = 1000;
