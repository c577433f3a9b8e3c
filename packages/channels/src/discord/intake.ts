import type { Door } from '@cuttle/core-types/ports';
import type { Account } from './account.ts';
import type { DiscordApi } from './api.ts';
import { type Decoded, decodeEvent } from './decode.ts';
import { createLanes, type Lanes } from '../lanes.ts';
import { type RetryDeps, untilDone } from '../retry.ts';
import { encodeForm } from './form.ts';
import type { Place, Places } from './places.ts';

export interface IntakeDeps extends RetryDeps {
  readonly api: DiscordApi;
  readonly account: Pick<Account, 'read' | 'readApplicationId'>;
  readonly places: Places;
}

/** Hands events to the door: each conversation in order, one that is not taken again and again until it is. */
export interface Intake {
  readonly lanes: Lanes;
  /** Resolves when the event is taken in, or is none. Rejects only by the abort. */
  take(type: string, raw: unknown): Promise<void>;
  /** Private channels that were heard of. */
  readonly direct: () => readonly string[];
}

/** Private channels that are looked through after a gap. */
const maxDirect = 200;

export function createIntake(
  deps: IntakeDeps,
  { door, direct }: { readonly door: Door; readonly direct: readonly string[] },
  signal: AbortSignal,
): Intake {
  const lanes = createLanes();
  const known = new Set(direct);
  const note = (channelId: string): void => {
    known.delete(channelId);
    known.add(channelId);
    const [oldest] = known;
    if (known.size > maxDirect && oldest !== undefined) known.delete(oldest);
  };
  const accept = async (decoded: Extract<Decoded, { kind: 'event' }>): Promise<void> => {
    const { event, interaction } = decoded;
    await untilDone(deps, { says, act: () => door.accept(event, signal) }, signal);
    if (event.chat.kind === 'dm' && event.kind !== 'unparsed') note(event.chat.id);
    if (interaction !== undefined) await answerInteraction(deps, interaction, signal);
  };
  return {
    lanes,
    direct: () => [...known],
    async take(type, raw) {
      const decoded = await untilDone(
        deps,
        { says, act: () => decode(deps, { type, raw }, signal) },
        signal,
      );
      if (decoded.kind === 'event') await accept(decoded);
      if (decoded.kind === 'form') await openForm(deps, decoded, signal);
    },
  };
}

const says = 'An event of Discord was not taken in; it is tried again.';

async function decode(
  { account, places }: IntakeDeps,
  { type, raw }: { readonly type: string; readonly raw: unknown },
  signal: AbortSignal,
): Promise<Decoded> {
  const self = await account.read(signal);
  const place = learnFrom(places, raw) ?? (await places.find(channelIdOf(raw), signal));
  return decodeEvent(type, raw, { self, place, places });
}

/** An interaction brings its channel, and a private message says that it is one: neither needs to be asked for. */
function learnFrom(places: Places, raw: unknown): Place | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  if ('channel' in raw) return places.learn(raw.channel);
  const isDirect = 'channel_type' in raw && raw.channel_type === directChannel;
  return isDirect ? places.learn({ id: channelIdOf(raw), type: directChannel }) : undefined;
}

const directChannel = 1;

export function channelIdOf(raw: unknown): string {
  const id = typeof raw === 'object' && raw !== null && 'channel_id' in raw ? raw.channel_id : '';
  return typeof id === 'string' && /^\d{1,20}$/.test(id) ? id : '0';
}

/** Whoever pressed sees the form for as long as they like; where it could not be opened they press again. */
async function openForm(
  { api, log }: IntakeDeps,
  { question, interaction }: Extract<Decoded, { kind: 'form' }>,
  signal: AbortSignal,
): Promise<void> {
  const path = `/interactions/${interaction.id}/${interaction.token}/callback`;
  const call = { method: 'POST', path, body: encodeForm(question), open: true } as const;
  try {
    await api.call(call, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.debug('A form could not be opened on Discord.', { error });
  }
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type */
const callbackTypes = { command: 5, component: 6 } as const;
const ephemeral = 64;

/** Ends the waiting that the person sees; the answer itself comes as a message. That it fails changes nothing. */
async function answerInteraction(
  { api, account, log }: IntakeDeps,
  { id, token, type }: { readonly id: string; readonly token: string; readonly type: number },
  signal: AbortSignal,
): Promise<void> {
  // A form stands over the message with its button.
  const isPress = type === 3 || type === 5;
  const body = isPress
    ? { type: callbackTypes.component }
    : { type: callbackTypes.command, data: { flags: ephemeral } };
  try {
    const path = `/interactions/${id}/${token}/callback`;
    await api.call({ method: 'POST', path, body, open: true }, signal);
    if (isPress) return;
    const applicationId = await account.readApplicationId(signal);
    const original = `/webhooks/${applicationId}/${token}/messages/@original`;
    await api.call({ method: 'DELETE', path: original, open: true }, signal);
  } catch (error) {
    log.debug('A press or a command could not be confirmed to Discord.', { error });
  }
}
