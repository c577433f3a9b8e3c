import type {
  Channel,
  ChannelInbound,
  Door,
  OutboundPart,
  Receipt,
  SendRequest,
} from '@cuttle/core-types/ports';
import type { ChannelFixture, ContractDeps, PersonSays, Place } from './fixture.ts';
import { createMemoryCheckpoint, type MemoryCheckpoint } from './memory-checkpoint.ts';
import { createInstantClock, type InstantClock } from './instant-clock.ts';
import { createRecordingDoor, type RecordingDoor } from './recording-door.ts';

/** Opens the platform and a way to make channels on it; every case has its own. */
export type OpenFixture = (deps: ContractDeps) => Promise<ChannelFixture>;

/** One case's platform, a connected channel on it, and its time. */
export interface Session extends AsyncDisposable {
  readonly fixture: ChannelFixture;
  readonly platform: ChannelFixture['platform'];
  readonly channel: Channel;
  readonly clock: InstantClock;
  readonly checkpoint: MemoryCheckpoint;
  /** Another one for each row that is sent. */
  nextKey(): string;
}

const deadlineMs = 15_000;

/** Cases wait for events; this only ends a case that would wait for ever. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(deadlineMs);
}

export async function openSession(contract: { readonly open: OpenFixture }): Promise<Session> {
  const clock = createInstantClock();
  const quiet = (): void => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const checkpoint = createMemoryCheckpoint();
  const fixture = await contract.open({ fetch, clock, log, random: () => 1, checkpoint });
  const channel = fixture.open();
  let keys = 0;
  return {
    checkpoint,
    nextKey: () => `key-${(keys += 1)}`,
    fixture,
    platform: fixture.platform,
    channel,
    clock,
    async [Symbol.asyncDispose]() {
      await channel[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

/** A channel that receives; disposing it stops it and waits for its end. */
export interface Receiving extends AsyncDisposable {
  readonly door: RecordingDoor;
  readonly ended: Promise<unknown>;
  stop(reason?: Error): Promise<unknown>;
}

/** Resolves when the channel waits for events and nothing is on its way. */
export async function untilListening({ platform }: Session): Promise<void> {
  await platform.waitFor(() => platform.isListening(), soon());
}

export function startReceiving(
  session: Session,
  {
    door = createRecordingDoor(),
    channel = session.channel,
  }: { door?: RecordingDoor; channel?: Channel } = {},
): Receiving {
  const controller = new AbortController();
  const kept: Door = {
    accept: (event, signal) => door.accept(event, signal),
    checkpoint: session.checkpoint,
  };
  const serving = session.fixture.serve?.(channel, kept, controller.signal);
  // How it ended, as a value: a case looks at it when it likes.
  const ended = channel.receive(kept, controller.signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  const stop = async (reason = new Error('stopped')): Promise<unknown> => {
    controller.abort(reason);
    const outcome = await ended;
    await serving?.catch(() => undefined);
    return outcome;
  };
  return {
    door,
    ended,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

export function requestFor(
  session: Session,
  part: OutboundPart,
  more: Partial<SendRequest> & { place?: Place } = {},
): SendRequest {
  const { place = 'dm', ...rest } = more;
  return {
    kind: 'send',
    target: session.platform.target(place),
    part,
    idempotencyKey: session.nextKey(),
    ...rest,
  };
}

/** Renders `text`, which fits one message, and sends it. */
export function sendText(
  session: Session,
  text: string,
  more: Partial<SendRequest> & { place?: Place } = {},
): Promise<Receipt> {
  return session.channel.send(requestFor(session, onePart(session.channel, text), more), soon());
}

export function onePart(channel: Channel, text: string): OutboundPart {
  const [part, ...rest] = channel.render({ text });
  if (part === undefined || rest.length > 0)
    throw new Error(`Expected one part for ${JSON.stringify(text)}`);
  return part;
}

/** What the door gets when a person says each of these. */
export async function hear(
  session: Session,
  ...said: readonly PersonSays[]
): Promise<readonly ChannelInbound[]> {
  await using receiving = startReceiving(session);
  for (const says of said) session.platform.say(says);
  return [...(await receiving.door.waitForAccepted(said.length, soon()))];
}
