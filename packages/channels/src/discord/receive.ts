import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Door } from '@cuttle/core-types/ports';
import { type CheckpointWriter, createCheckpointWriter } from '../checkpoint-writer.ts';
import { pauseAfter, untilDone } from '../retry.ts';
import { readSince } from './backfill.ts';
import { heardEvents } from './decode.ts';
import { type Dispatch, runGateway } from './gateway.ts';
import type { GatewayEnd } from './gateway-end.ts';
import { channelIdOf, createIntake, type Intake, type IntakeDeps } from './intake.ts';
import { intentsFor, presenceOf } from './intents.ts';
import type { DiscordOptions } from './options.ts';
import { createProgress, DiscordCheckpoint, type Progress } from './progress.ts';
import { isLater, snowflakeAt } from './snowflake.ts';
import { WireGatewayBot, WireReady } from './wire.ts';

export interface ReceiveDeps extends IntakeDeps {
  readonly options: DiscordOptions;
}

const says = 'Receiving from Discord failed; it is tried again.';

/** A session of ours at the gateway. */
interface Session {
  readonly id: string;
  readonly url: string;
  readonly progress: Progress;
  /** The last event that arrived, taken in or not yet. */
  arrived: number;
  /** From where messages are read that came before the session; undefined where nothing is missing. */
  readonly fillFrom: string | undefined;
  /** What was read so, and may come by the session too. */
  readonly filled: Set<string>;
  /** Guilds the bot was in when it began. */
  readonly guilds: ReadonlySet<string>;
}

interface State {
  readonly deps: ReceiveDeps;
  readonly signal: AbortSignal;
  readonly intake: Intake;
  readonly writer: CheckpointWriter;
  /** Where the last session had read to, until a new one has caught up. */
  since: string | undefined;
  session: Session | undefined;
  /** Something went well since the last failure. */
  isWell: boolean;
}

/** Events that wait for the door; with more the connection is left until they are taken in. */
const maxPending = 5000;

/**
 * Receives from the gateway. The checkpoint never passes an event that was not accepted; after a restart the session is
 * resumed there, and where Discord has forgotten it, what was said meanwhile is read from the channels.
 * https://discord.com/developers/docs/topics/gateway
 */
export async function receiveEvents(
  deps: ReceiveDeps,
  door: Door,
  signal: AbortSignal,
): Promise<never> {
  const ended = new AbortController();
  const state = await openState(deps, door, AbortSignal.any([signal, ended.signal]));
  try {
    for (let failures = 0; ;) {
      signal.throwIfAborted();
      try {
        state.isWell = false;
        const end = await connect(state);
        if (wasWell(state)) failures = 0;
        if (end.next === 'begin') forget(state);
        if (end.asked) continue;
        throw new CuttleError(
          'channel.unavailable',
          `The connection to Discord ended: ${end.reason}.`,
        );
      } catch (error) {
        signal.throwIfAborted();
        if (isCuttleError(error, 'channel.auth')) throw error;
        if (wasWell(state)) failures = 0;
        failures += 1;
        await pauseAfter(deps, { error, failures, says }, signal);
      }
    }
  } finally {
    ended.abort('ended');
    await state.intake.lanes.idle();
    await state.writer.close();
  }
}

async function openState(deps: ReceiveDeps, door: Door, signal: AbortSignal): Promise<State> {
  const stored = DiscordCheckpoint.safeParse(await door.checkpoint?.read());
  const kept = stored.success ? stored.data : undefined;
  const since = kept?.since ?? undefined;
  const state: State = {
    deps,
    signal,
    intake: createIntake(deps, { door, direct: kept?.direct ?? [] }, signal),
    writer: createCheckpointWriter({
      ...deps,
      checkpoint: door.checkpoint,
      says: 'How far Discord was read could not be kept; it is tried again.',
      current: () => toCheckpoint(state),
    }),
    since,
    session: undefined,
    isWell: false,
  };
  if (kept?.session) {
    const { id, url, seq } = kept.session;
    const progress = createProgress({ committed: seq, since }, () => state.writer.changed());
    state.session = {
      id,
      url,
      progress,
      arrived: seq,
      fillFrom: undefined,
      filled: new Set(),
      guilds: new Set(),
    };
  }
  return state;
}

/** Undefined as long as a new session has not caught up: the checkpoint before it still holds. */
function toCheckpoint({ session, since, intake }: State): DiscordCheckpoint | undefined {
  if (session === undefined || session.progress.committed === 0) return undefined;
  const { id, url, progress } = session;
  const kept = { id, url, seq: progress.committed };
  const until = progress.since ?? since ?? null;
  return { v: 1, session: kept, since: until, direct: [...intake.direct()] };
}

/** The session cannot be resumed. What it had not taken in is read again by the next one. */
function forget(state: State): void {
  state.since = state.session?.progress.since ?? state.since;
  state.session = undefined;
}

async function connect(state: State): Promise<GatewayEnd> {
  const { deps, signal, session } = state;
  const { options, random } = deps;
  if (session !== undefined && session.progress.pending > maxPending)
    await session.progress.drained();
  const url = await gatewayUrl(state);
  const full = new AbortController();
  const connection = {
    url,
    token: options.token,
    intents: intentsFor(options),
    presence: presenceOf(options),
    resume: session && { sessionId: session.id, seq: session.arrived },
    committed: () => state.session?.progress.committed,
    random,
    onDispatch(dispatch: Dispatch) {
      hear(state, dispatch);
      if ((state.session?.progress.pending ?? 0) > maxPending) full.abort('full');
    },
  };
  try {
    return await runGateway(connection, AbortSignal.any([signal, full.signal]));
  } catch (error) {
    if (!full.signal.aborted || signal.aborted) throw error;
    return { next: 'resume', reason: 'too much waits to be stored', asked: true };
  }
}

/** A session is resumed where Discord said; a foreign kind of address is not followed. */
async function gatewayUrl({ deps, session, signal }: State): Promise<string> {
  const { gatewayUrl: configured, restUrl } = deps.options;
  if (configured !== undefined) return configured;
  const isOpen = restUrl.startsWith('http:');
  const isGood = (url: string): boolean =>
    url.startsWith('wss://') || (isOpen && url.startsWith('ws://'));
  if (session !== undefined && isGood(session.url)) return session.url;
  const answer = WireGatewayBot.parse(
    await deps.api.call({ method: 'GET', path: '/gateway/bot' }, signal),
  );
  const limit = answer.session_start_limit;
  if (limit && limit.remaining <= 0)
    throw new CuttleError('channel.rate-limited', 'No session may be begun today any more.', {
      retryAfterMs: Math.min(limit.reset_after, 24 * 3_600_000),
    });
  if (isGood(answer.url)) return answer.url;
  throw new CuttleError('channel.unavailable', 'Discord named no address of a gateway.');
}

function hear(state: State, dispatch: Dispatch): void {
  const { type, data } = dispatch;
  if (type === 'READY') return begin(state, dispatch);
  const { session } = state;
  if (session === undefined || dispatch.seq <= session.arrived) return;
  session.arrived = dispatch.seq;
  state.isWell = true;
  const id = idOf(dispatch);
  const done = session.progress.begin({ seq: dispatch.seq, id });
  if (heardEvents.has(type)) {
    const work = (): Promise<void> =>
      type === 'MESSAGE_CREATE' && id !== undefined && session.filled.delete(id)
        ? Promise.resolve()
        : state.intake.take(type, data);
    own(state, state.intake.lanes.add(channelIdOf(data), work), done);
  } else if (type === 'GUILD_CREATE') own(state, fillGuild(state, session, data), done);
  else {
    if (placeEvents.has(type)) state.deps.places.learn(data);
    done();
  }
}

const placeEvents: ReadonlySet<string> = new Set([
  'CHANNEL_CREATE',
  'CHANNEL_UPDATE',
  'THREAD_CREATE',
  'THREAD_UPDATE',
]);

/** The id of what was said, which holds its time. */
function idOf({ type, data }: Dispatch): string | undefined {
  if (type !== 'MESSAGE_CREATE' && type !== 'INTERACTION_CREATE') return undefined;
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  return typeof id === 'string' && /^\d{1,20}$/.test(id) ? id : undefined;
}

/** Events set it while a connection is awaited. */
function wasWell(state: State): boolean {
  return state.isWell;
}

/** Work ends well, or by the abort: then it is not done, and comes again. Never rejects. */
function own(
  state: State,
  work: Promise<string | undefined | void>,
  done: (id?: string) => void,
): void {
  const finish = async (): Promise<void> => {
    try {
      const found = await work;
      done(found ?? undefined);
    } catch (error) {
      if (!state.signal.aborted)
        state.deps.log.error('An event of Discord could not be taken in.', { error });
    }
  };
  void finish();
}

/** A new session: what was said before it is read from the channels, if anything was read before at all. */
function begin(state: State, { data, seq }: Dispatch): void {
  const ready = WireReady.safeParse(data);
  if (!ready.success) return;
  const { deps, since } = state;
  const now = deps.clock.now();
  const oldest = snowflakeAt(now - deps.options.backfillHours * 3_600_000);
  // Without a message yet, later gaps are counted from now.
  const from = { committed: 0, since: since ?? snowflakeAt(now - 60_000) };
  const session: Session = {
    id: ready.data.session_id,
    url: ready.data.resume_gateway_url,
    progress: createProgress(from, () => state.writer.changed()),
    arrived: seq,
    fillFrom: since === undefined || isLater(since, oldest) ? since : oldest,
    filled: new Set(),
    guilds: new Set((ready.data.guilds ?? []).map(({ id }) => id)),
  };
  state.session = session;
  state.isWell = true;
  own(state, fillDirect(state, session), session.progress.begin({ seq, id: undefined }));
}

/** Private channels, and whatever the session before has still in hand. */
async function fillDirect(state: State, session: Session): Promise<string | undefined> {
  const before = state.intake.lanes.idle();
  const last = await fillAll(state, session, state.intake.direct());
  await before;
  return last;
}

async function fillGuild(
  state: State,
  session: Session,
  data: unknown,
): Promise<string | undefined> {
  const { fillFrom: since, guilds } = session;
  const channels = state.deps.places.learnGuild(data);
  const guildId = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  // A guild that the bot came into later has nothing that was missed.
  if (since === undefined || typeof guildId !== 'string' || !guilds.has(guildId)) return undefined;
  const missed = channels.filter(
    ({ lastMessageId }) => lastMessageId !== undefined && isLater(lastMessageId, since),
  );
  return fillAll(
    state,
    session,
    missed.map(({ place }) => place.channelId),
  );
}

/** The greatest id that was found. */
async function fillAll(
  state: State,
  session: Session,
  channels: readonly string[],
): Promise<string | undefined> {
  const found = await Promise.all(channels.map((channelId) => fill(state, session, channelId)));
  return found.reduce(
    (last, id) => (last === undefined || (id !== undefined && isLater(id, last)) ? id : last),
    undefined,
  );
}

/** Takes in what was said in a channel before the session; what comes there meanwhile waits behind it. */
async function fill(
  state: State,
  { fillFrom: since, filled }: Session,
  channelId: string,
): Promise<string | undefined> {
  const { intake, deps, signal } = state;
  if (since === undefined) return undefined;
  let last: string | undefined;
  await intake.lanes.add(channelId, async () => {
    const act = async (): Promise<void> => {
      const range = { channelId, since: last ?? since };
      for await (const { id, raw } of readSince(deps, range, signal)) {
        await intake.take('MESSAGE_CREATE', raw);
        filled.add(id);
        last = id;
      }
    };
    await untilDone(deps, { says, act }, signal);
  });
  return last;
}
