import { type QueueMode, readToken, type Route } from '@cuttle/core-types';
import { buildSessionKey, placeKindOf, type Speaker } from '@cuttle/sessions';
import type {
  AcceptInput,
  AcceptResult,
  ChannelInbound,
  ConversationRef,
  Door,
  Identity,
  OutboundDraft,
} from '@cuttle/core-types/ports';
import { textFor, type TextCode } from '@cuttle/core-types/texts';
import { greetingFor, greetingOrigin } from './greeting.ts';
import { judgeAccess, type Standing, standingOf } from './access.ts';
import { agentsFor, isForAll, toFollowing, voiceOf, wakeAfter } from './broadcast.ts';
import { bodyHash } from './body-hash.ts';
import { parseCommand } from './commands/parse-command.ts';
import type { ControlRow } from './control.ts';
import { toHashed, toInboundBody } from './inbound-body.ts';
import { readyAfterAccept } from './ready-after-accept.ts';
import { taskOf, toTaskBody } from './run-task.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { withMediaTaint } from './media/taint-of-media.ts';
import { claimWithMessage, mayClaim } from './work-session.ts';
import { takenMark } from './marks.ts';
import { offerPairing } from './offer-pairing.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { placeMode } from './queue-mode.ts';
import { tellWaiting } from './tell-waiting.ts';

/** Refusals that are told to the sender; the others are stored and silent, so that a group is not talked into. */
const toldInDirect: ReadonlySet<TextCode> = new Set([
  'access.pairing',
  'access.not-allowed',
  'busy',
]);

interface Arrival {
  readonly account: ChannelAccount;
  readonly event: ChannelInbound;
  readonly identity: Identity | undefined;
  readonly standing: Standing;
  readonly conversation: ConversationRef;
  readonly inboundId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  /** What was set with `/queue` in this place. */
  readonly chosenMode: QueueMode | undefined;
  readonly text: string;
}

/** The door of a messenger account. Accepted = committed; then the platform may be acknowledged. */
export function createChannelDoor(
  kernel: Kernel,
  account: ChannelAccount,
  runControl: (row: ControlRow) => Promise<unknown>,
): Door {
  const { accountId } = account;
  const { journal, reader } = kernel.store;
  const door: Door = {
    checkpoint: {
      read: () => reader.findCheckpoint({ accountId }),
      put: (checkpoint) => journal.putCheckpoint({ accountId, checkpoint }),
    },
    async accept(event, signal) {
      signal.throwIfAborted();
      // Nobody is greeted: it is nothing to us.
      if (event.kind === 'join' && greetingFor(account, event) === '') return;
      const [agentId, ...others] = agentsFor(kernel, account, event);
      const arrival = await arrive(kernel, { account, event, agentId });
      const input = await toAcceptInput(kernel, arrival);
      const following = await follow(kernel, { arrival, input }, others);
      kernel.point('accept.before.begin');
      // Asked for in one turn of the loop, they are one group of writes.
      const accepting = kernel.store.journal.acceptInbound(input);
      const isClaimed = mayClaim(input) && claimWithMessage(kernel, input.sessionKey, accepting);
      const more = following.map((one) => kernel.store.journal.acceptInbound(one.input));
      const result = await accepting;
      const results = await Promise.all(more);
      kernel.point('accept.after.commit');
      await afterAccept(kernel, { arrival, input, result, isClaimed }, runControl);
      for (const [index, one] of following.entries()) {
        const its = results[index];
        if (its) await afterAccept(kernel, { ...one, result: its, isClaimed: false }, runControl);
        if (its?.kind === 'accepted') wakeAfter(kernel, its.sessionId, one.input.after);
      }
      if (result.kind === 'conflict')
        for (const part of await lateParts(kernel, event, result.inboundId))
          await door.accept(part, signal);
      kernel.point('accept.before.ack');
    },
  };
  return door;
}

/** A message of several that was stored already, and has grown since: those that came too late for it. */
async function lateParts(
  { store: { reader } }: Kernel,
  { parts = [] }: ChannelInbound,
  inboundId: string,
): Promise<readonly ChannelInbound[]> {
  const stored = parts.length > 1 ? await reader.findInbound({ inboundId }) : undefined;
  return stored ? parts.slice(stored.merged ?? 1) : [];
}

interface Accepting {
  readonly arrival: Arrival;
  readonly input: AcceptInput;
}

/** The same message for the other agents of the place, each after the one before. What is refused, is refused once. */
async function follow(
  kernel: Kernel,
  { arrival, input }: Accepting,
  others: readonly string[],
): Promise<readonly Accepting[]> {
  const all = isForAll(arrival.text) ? others : [];
  const made: Accepting[] = [];
  let after = input.inboundId;
  for (const agentId of input.verdict.kind === 'refuse' ? [] : all) {
    const next = await arrive(kernel, { ...arrival, agentId });
    const its = toFollowing(await toAcceptInput(kernel, next), after);
    made.push({ arrival: next, input: its });
    after = its.inboundId;
  }
  return made;
}

async function arrive(
  kernel: Kernel,
  { account, event, agentId }: Pick<Arrival, 'account' | 'event' | 'agentId'>,
): Promise<Arrival> {
  const { channel, accountId, name } = account;
  const { reader } = kernel.store;
  const place = { agentId, channel: channel.id, account: name, chat: event.chat };
  const ownKey = buildSessionKey(place);
  const thread = event.chat.threadId === undefined ? '' : `:${event.chat.threadId}`;
  const key = `${event.chat.id}${thread}`;
  const [identity, own, text] = await Promise.all([
    reader.findIdentity({ channel: channel.id, accountId, externalId: event.sender.id }),
    reader.findSession(ownKey),
    textOf(kernel, event, { accountId, key }),
  ]);
  const standing = standingOf(account, event, identity);
  const sessionKey = kernel.settings().sessions.keyOf(place, speakerOf(standing, identity));
  // Only a place that shares a session is looked up by another key.
  const session = sessionKey === ownKey ? own : await reader.findSession(sessionKey);
  return {
    account,
    event,
    identity,
    standing,
    conversation: {
      accountId,
      key,
      target: event.target,
      group: event.chat.kind === 'group',
    },
    inboundId: kernel.newId(),
    agentId,
    sessionKey,
    chosenMode: session?.queueMode,
    text,
  };
}

/** What an event says, in words; empty for a reaction to what is not ours. */
async function textOf(
  { store }: Kernel,
  event: ChannelInbound,
  place: { readonly accountId: string; readonly key: string },
): Promise<string> {
  if (event.kind === 'button') return readToken(event.buttonToken ?? '');
  if (event.kind !== 'reaction') return event.text;
  const { messageId, reaction: emoji = '' } = event;
  const ours = await store.reader.findSentMessage({ ...place, messageId });
  if (!ours) return '';
  const [words = ''] = ours.text.trim().split('\n', 1);
  const text = words.length > 100 ? `${words.slice(0, 99)}…` : words;
  return textFor('inbound.reaction', { emoji, text });
}

/** Whoever the owner let in by name; a door that is open to anyone makes nobody known. */
function speakerOf({ provenance }: Standing, identity: Identity | undefined): Speaker {
  const isKnown = provenance.trust === 'owner' || provenance.trust === 'paired';
  return { isKnown, linkedPersonId: identity?.linked ? identity.personId : undefined };
}

async function toAcceptInput(kernel: Kernel, arrival: Arrival): Promise<AcceptInput> {
  const { account, event, identity, standing, conversation, inboundId, text } = arrival;
  const settings = kernel.settings();
  const { channel, accountId } = account;
  const { agentId } = arrival;
  const task = taskOf(text, standing.principal);
  const body = task
    ? toTaskBody(task)
    : toInboundBody(arrival, voiceOf(kernel, agentsFor(kernel, account, event), agentId));
  const route: Route = {
    kind: 'push',
    door: channel.id,
    accountId,
    target: event.target,
    chat: event.chat.kind,
  };
  const isCommand = parseCommand(text) !== undefined;
  const verdict = await judge(kernel, arrival, isCommand);
  return {
    inboundId,
    accountId,
    externalId: event.externalId,
    bodyHash: await bodyHash(
      JSON.stringify([event.kind, text, event.sender.id, event.media?.map(toHashed) ?? []]),
    ),
    sessionKey: arrival.sessionKey,
    agentId,
    conversation,
    ...standing,
    taint: withMediaTaint(standing.taint, body),
    route,
    mode: task ? 'followup' : (arrival.chosenMode ?? placeMode(kernel, { agentId, accountId })),
    body,
    identity: {
      channel: channel.id,
      externalId: event.sender.id,
      name: event.sender.name ?? identity?.name,
    },
    verdict,
    bounds: settings.queue,
    busyNotice: notice(kernel, arrival, textFor('busy')),
    renew: renewOf(kernel, arrival),
    ...botIn(account, event),
    ...(verdict.kind === 'queue' && { mark: takenMark(kernel, account, arrival) }),
  };
}

/** Who comes says nothing yet: what bots say to each other goes on. */
function botIn(
  { access }: ChannelAccount,
  { kind, sender }: ChannelInbound,
): Pick<AcceptInput, 'bot'> {
  if (kind === 'join') return { bot: { most: Number.MAX_SAFE_INTEGER } };
  return sender.isBot ? { bot: { most: access.botTurns } } : {};
}

/** The message says when the conversation it comes into has ended. */
function renewOf(kernel: Kernel, arrival: Arrival): AcceptInput['renew'] {
  const { account, event, inboundId } = arrival;
  const place = { channel: account.channel.id, kind: placeKindOf(event.chat) };
  const reset = kernel.settings().sessions.resetOf(place, kernel.clock.now());
  if (!reset) return undefined;
  const told = reset.notice === 'told';
  const words = { origin: `renew:${inboundId}`, text: textFor('session.renewed') };
  return { before: reset.before, notice: told ? notice(kernel, arrival, words) : [] };
}

async function judge(
  kernel: Kernel,
  arrival: Arrival,
  isCommand: boolean,
): Promise<AcceptInput['verdict']> {
  const { account, event, identity, standing, text } = arrival;
  const silent = (reason: TextCode): AcceptInput['verdict'] => ({
    kind: 'refuse',
    reason,
    notice: [],
  });
  if (event.kind === 'unparsed') return silent('inbound.unparsed');
  if (event.kind === 'edit') return silent('inbound.edited');
  if (event.kind === 'reaction' && text === '') return silent('inbound.not-ours');
  const access = judgeAccess(account, event, { identity, standing, isCommand });
  if (access.kind === 'refused') return refuse(kernel, arrival, access.reason);
  if (event.kind === 'join') return greet(kernel, arrival);
  if (text.trim() === '' && !event.media?.length) return silent('inbound.empty');
  const isQueued = !isCommand || taskOf(text, standing.principal) !== undefined;
  return { kind: isQueued ? 'queue' : 'control' };
}

/** Asks nothing of the agent: it is stored with what is said to it, once. */
function greet(kernel: Kernel, arrival: Arrival): AcceptInput['verdict'] {
  const { account, event, inboundId, conversation } = arrival;
  const text = greetingFor(account, event);
  const origin = greetingOrigin(inboundId, conversation, event);
  return {
    kind: 'refuse',
    reason: 'inbound.joined',
    notice: notice(kernel, arrival, { text, origin }),
  };
}

async function refuse(
  kernel: Kernel,
  arrival: Arrival,
  reason: TextCode,
): Promise<AcceptInput['verdict']> {
  const isTold = arrival.event.chat.kind === 'dm' && toldInDirect.has(reason);
  if (!isTold) return { kind: 'refuse', reason, notice: [] };
  if (reason !== 'access.pairing')
    return { kind: 'refuse', reason, notice: notice(kernel, arrival, textFor(reason)) };
  return offer(kernel, arrival);
}

async function offer(kernel: Kernel, arrival: Arrival): Promise<AcceptInput['verdict']> {
  const offered = (await offerPairing(kernel, arrival)) ?? { notice: [] };
  return { kind: 'refuse', reason: 'access.pairing', ...offered };
}

function notice(
  kernel: Kernel,
  { account, conversation, inboundId, event }: Arrival,
  words: string | { readonly text: string; readonly origin: string },
): OutboundDraft[] {
  const said = typeof words === 'string' ? { text: words, origin: `notice:${inboundId}` } : words;
  const answer = {
    text: said.text,
    notice: 'system',
    replyTo: event.chat.kind === 'group' && event.kind !== 'join' ? event.messageId : undefined,
  };
  return noticeDrafts(kernel, {
    channel: account.channel,
    conversation,
    origin: said.origin,
    answer,
  });
}

/** A command has acted before the next message of its place is looked at. */
async function afterAccept(
  kernel: Kernel,
  {
    arrival,
    input,
    result,
    isClaimed,
  }: { arrival: Arrival; input: AcceptInput; result: AcceptResult; isClaimed: boolean },
  runControl: (row: ControlRow) => Promise<unknown>,
): Promise<void> {
  readyAfterAccept(
    kernel,
    {
      sessionKey: input.sessionKey,
      text: arrival.text,
      mode: input.mode,
      isControl: input.verdict.kind === 'control',
      isClaimed,
    },
    result,
  );
  watchBots(kernel, arrival, result);
  if (input.verdict.kind === 'refuse' && input.verdict.pairing)
    kernel.hub.publishGateway({ kind: 'pairing' });
  if (result.kind !== 'accepted') return;
  const { sessionId, inboundId } = result;
  const { sessionKey, agentId, principal, provenance, route } = input;
  if (input.verdict.kind !== 'control') {
    const { conversation } = arrival;
    // What freed the run waits for nothing.
    return result.freed
      ? undefined
      : tellWaiting(kernel, { sessionId, conversation, door: route.door });
  }
  const row: ControlRow = {
    inboundId,
    sessionId,
    sessionKey,
    agentId,
    text: arrival.text,
    principal,
    provenance,
    route,
    conversation: arrival.conversation,
  };
  try {
    await runControl(row);
  } catch (error) {
    // It is accepted, so the platform is answered all the same.
    kernel.log.error('A command failed; it is done at the next start.', { error, inboundId });
  }
}

/** That bots are answered no more is said once, and shown until a person speaks. */
function watchBots(
  { quietPlaces, log }: Kernel,
  { account, event, conversation }: Arrival,
  result: AcceptResult,
): void {
  const { accountId, key } = conversation;
  if (event.kind === 'join') return;
  if (!event.sender.isBot) return quietPlaces.remove(accountId, key);
  const isLoop = result.kind === 'refused' && result.reason === 'access.bot-loop';
  if (!isLoop || !quietPlaces.add(accountId, key)) return;
  const place = { channel: account.channel.id, account: account.name, chat: event.chat.id };
  log.warn('Bots spoke to each other for too long; none is answered until a person speaks.', {
    ...place,
    turns: account.access.botTurns,
  });
}
