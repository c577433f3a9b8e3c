import type { Door } from '@cuttle/core-types/ports';
import { createLanes, type Lanes } from '../lanes.ts';
import { type RetryDeps, untilDone } from '../retry.ts';
import type { Account, Self } from './account.ts';
import { type Decoded, decodeActions, decodeCallback, decodeCommand, unparsed } from './decode.ts';
import { namedIn, type Names } from './decode-text.ts';
import type { SlackOptions } from './options.ts';
import type { People, PersonFacts } from './people.ts';
import { WireActions, WireCommand, WireJoin, WireMessage } from './wire.ts';

export type PayloadKind = 'events_api' | 'interactive' | 'slash_commands';

/** What Slack delivers, by Socket Mode or by HTTP alike. */
export interface Payload {
  readonly kind: PayloadKind;
  readonly raw: unknown;
}

export interface IntakeDeps extends RetryDeps {
  readonly account: Pick<Account, 'read'>;
  readonly people: People;
  readonly options: Pick<SlackOptions, 'replyIn' | 'slashCommand' | 'reactionNotifications'>;
}

/** Hands what is delivered to the door: each conversation in order. */
export interface Intake {
  readonly lanes: Lanes;
  /** Resolves when it is stored or is nothing to store; tries once, and rejects where it was not stored. */
  take(payload: Payload, door: Door, signal: AbortSignal): Promise<void>;
  /** Tries until it is stored: Slack repeats what is not acknowledged only three times. Rejects only by the abort. */
  takePatiently(payload: Payload, door: Door, signal: AbortSignal): Promise<void>;
  /** The same for who holds the lane of the conversation. */
  takeInLane(payload: Payload, door: Door, signal: AbortSignal): Promise<void>;
}

export function createIntake(deps: IntakeDeps): Intake {
  const lanes = createLanes();
  const once = async (payload: Payload, door: Door, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    const decoded = await decode(deps, payload, signal);
    if (decoded.kind === 'event') await door.accept(decoded.event, signal);
    else if (decoded.reason === 'other-team')
      deps.log.debug('Slack delivered what another workspace said; it is not taken here.', {});
  };
  const patiently = (payload: Payload, door: Door, signal: AbortSignal): Promise<void> => {
    const says = 'An event of Slack was not taken in; it is tried again.';
    return untilDone(deps, { says, act: () => once(payload, door, signal) }, signal);
  };
  return {
    lanes,
    take: (payload, door, signal) => lanes.add(laneOf(payload), () => once(payload, door, signal)),
    takePatiently: (payload, door, signal) =>
      lanes.add(laneOf(payload), () => patiently(payload, door, signal)),
    takeInLane: patiently,
  };
}

async function decode(
  { account, people, options, clock }: IntakeDeps,
  { kind, raw }: Payload,
  signal: AbortSignal,
): Promise<Decoded> {
  const self = await account.read(signal);
  const names = await namesFor(people, { raw, self }, signal);
  const setting = { self, names, options, now: clock.now() };
  switch (kind) {
    case 'events_api':
      return decodeCallback(raw, setting);
    case 'interactive': {
      const actions = WireActions.safeParse(raw);
      // Dialogs and shortcuts are none of ours.
      if (!actions.success && typeOf(raw) !== 'block_actions')
        return { kind: 'ignored', reason: 'other-kind' };
      return actions.success ? decodeActions(actions.data, setting) : unparsed(raw);
    }
    case 'slash_commands': {
      const command = WireCommand.safeParse(raw);
      return command.success ? decodeCommand(command.data, setting) : unparsed(raw);
    }
  }
}

/** Who speaks and who is named, as far as they can be told now. */
async function namesFor(
  people: People,
  { raw, self }: { readonly raw: unknown; readonly self: Self },
  signal: AbortSignal,
): Promise<Names> {
  const message = messageIn(raw) ?? joinIn(raw);
  if (message === undefined || message.user === self.userId) return new Map();
  const { user } = message;
  const ids = new Set([...(user ? [user] : []), ...namedIn(message, self)]);
  const found = await Promise.all(
    [...ids].map(async (id): Promise<[string, PersonFacts | undefined]> => [
      id,
      await people.find(id, signal),
    ]),
  );
  return new Map(found.flatMap(([id, facts]) => (facts ? [[id, facts] as const] : [])));
}

function messageIn(raw: unknown): WireMessage | undefined {
  const event = fieldOf(raw, 'event');
  return WireMessage.safeParse(fieldOf(event, 'message') ?? event).data;
}

function joinIn(raw: unknown): Pick<WireMessage, 'user' | 'text'> | undefined {
  const event = fieldOf(raw, 'event');
  if (typeOf(event) !== 'member_joined_channel') return undefined;
  const user = WireJoin.safeParse(event).data?.user;
  return user === undefined ? undefined : { user, text: '' };
}

/** Conversations are stored side by side, each in its order. */
export function laneOf({ kind, raw }: Payload): string {
  const holder = kind === 'events_api' ? fieldOf(raw, 'event') : raw;
  const channel =
    fieldOf(holder, 'channel') ??
    fieldOf(fieldOf(holder, 'item'), 'channel') ??
    fieldOf(holder, 'channel_id') ??
    fieldOf(fieldOf(holder, 'container'), 'channel_id');
  const id = fieldOf(channel, 'id') ?? channel;
  return typeof id === 'string' ? id : 'other';
}

function typeOf(raw: unknown): unknown {
  return fieldOf(raw, 'type');
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key] // it is there
    : undefined;
}

/** Which delivery a repetition repeats; undefined where it says none. */
export function eventIdOf({ raw }: Payload): string | undefined {
  const id = fieldOf(raw, 'event_id') ?? fieldOf(raw, 'trigger_id');
  return typeof id === 'string' ? id : undefined;
}
