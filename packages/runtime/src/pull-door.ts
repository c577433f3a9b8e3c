import type {
  InboundBody,
  Principal,
  Provenance,
  QueueMode,
  Route,
  TaintSource,
} from '@cuttle/core-types';
import { noUsage, textOf, joinSteps, addUsage, callsOf } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  AcceptInput,
  AcceptResult,
  ConversationRef,
  StoredRun,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { toSessionKey, agentOf } from '@cuttle/sessions';
import { bodyHash } from './body-hash.ts';
import { parseCommand } from './commands/parse-command.ts';
import { runControl } from './control.ts';
import { failureText } from './failure-text.ts';
import type { InboundFate } from './fates.ts';
import type { Kernel } from './kernel.ts';
import { withMediaTaint } from './media/taint-of-media.ts';
import { claimWithMessage, mayClaim } from './work-session.ts';
import { readyAfterAccept } from './ready-after-accept.ts';
import { taskOf, toTaskBody } from './run-task.ts';
import { agentSettings } from './settings.ts';

/** A message through a door whose client reads the stored answer: HTTP, WebSocket, terminal. */
export interface PullMessage {
  readonly door: 'http' | 'web' | 'terminal' | 'embedded' | 'hook';
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly taint: readonly TaintSource[];
  /** Unique per principal: the client's own idempotency key, or a fresh id. */
  readonly key: string;
  readonly sessionName: string;
  readonly agentId?: string | undefined;
  readonly mode?: QueueMode | undefined;
  readonly body: InboundBody;
  /** Its conversation ends with the request: cancelled when the client leaves, closed after a restart. */
  readonly stateless: boolean;
  /** The answer is also sent to this chat of a messenger. */
  readonly deliverTo?: DeliverTo | undefined;
}
/** `account` undefined: the first connected one that takes the address. */
export interface DeliverTo {
  readonly channel: string;
  readonly account: string | undefined;
  readonly to: string;
}
export interface PullAccepted {
  readonly inboundId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly status: 'accepted' | 'duplicate' | 'command';
  /** Resolves with the message's end, whenever it was or will be; ask at once. */
  fate(signal: AbortSignal): Promise<InboundFate>;
}

/**
 * Accepts a pulled message. `prepare` is told the id before the commit, so that nothing of its run is missed.
 * Throws `access.denied`, `gateway.busy`, `request.key-reused`, or `channel.not-found` where its answer could not be sent.
 */
export async function acceptPull(
  kernel: Kernel,
  message: PullMessage,
  prepare?: (inboundId: string) => void,
): Promise<PullAccepted> {
  requireWriter(message.principal);
  const said = message.body.parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  const isSaid = message.body.messages === undefined;
  const task = isSaid ? taskOf(said, message.principal) : undefined;
  const isCommand = isSaid && task === undefined && parseCommand(said) !== undefined;
  const asked = task ? { ...message, body: toTaskBody(task) } : message;
  const input = await toAcceptInput(kernel, asked, isCommand);
  prepare?.(input.inboundId);
  kernel.point('accept.before.begin');
  const accepting = kernel.store.journal.acceptInbound(input);
  const isClaimed = mayClaim(input) && claimWithMessage(kernel, input.sessionKey, accepting);
  const result = taken(await accepting);
  kernel.point('accept.after.commit');
  const { inboundId, sessionId } = result;
  const { sessionKey, mode } = input;
  if (result.kind === 'duplicate') {
    const fate = (signal: AbortSignal): Promise<InboundFate> => findFate(kernel, inboundId, signal);
    // Whoever asks again after its answer was lost reads what a command said.
    const status = isCommand ? 'command' : 'duplicate';
    return { sessionId, sessionKey, inboundId, status, fate };
  }
  const fate = (signal: AbortSignal): Promise<InboundFate> =>
    kernel.fates.expect(inboundId, signal);
  const status = isCommand ? 'command' : 'accepted';
  const accepted: PullAccepted = { sessionId, sessionKey, inboundId, status, fate };
  if (isCommand) return withCommand(kernel, { accepted, input, said, result });
  readyAfterAccept(kernel, { sessionKey, text: said, mode, isControl: false, isClaimed }, result);
  return accepted;
}

async function toAcceptInput(
  kernel: Kernel,
  message: PullMessage,
  isCommand: boolean,
): Promise<AcceptInput> {
  const settings = kernel.settings();
  const { principal, provenance, taint, body, door, stateless, deliverTo } = message;
  const sessionKey = toSessionKey(message.sessionName, message.agentId ?? settings.defaultAgentId);
  const agentId = message.agentId ?? agentOf(sessionKey) ?? settings.defaultAgentId;
  const place = deliverTo && findPlace(kernel, deliverTo);
  const said = deliverTo ? [sessionKey, body, deliverTo] : [sessionKey, body];
  return {
    inboundId: kernel.newId(),
    accountId: provenance.accountId,
    externalId: `${principal.id}:${message.key}`,
    // A message without a key of its own comes once: nothing can be compared with it.
    bodyHash: stateless ? 'unkeyed' : await bodyHash(JSON.stringify(said)),
    sessionKey,
    agentId,
    principal,
    provenance,
    taint: withMediaTaint(taint, body),
    route: place?.route ?? { kind: 'pull', door, stateless },
    conversation: place?.conversation,
    mode: await modeOf(kernel, message, { sessionKey, agentId }),
    body,
    verdict: { kind: isCommand ? 'control' : 'queue' },
    bounds: settings.queue,
    renew: renewOf(kernel, message),
  };
}

/** A conversation of one request, or with a machine, does not end by a silence. */
function renewOf(kernel: Kernel, { stateless, door }: PullMessage): AcceptInput['renew'] {
  if (stateless || door === 'hook') return undefined;
  const place = { channel: door, kind: 'dm' } as const;
  const reset = kernel.settings().sessions.resetOf(place, kernel.clock.now());
  return reset && { before: reset.before, notice: [] };
}

function findPlace(
  { accounts }: Kernel,
  { channel, account, to }: DeliverTo,
): { readonly route: Route; readonly conversation: ConversationRef } {
  for (const one of accounts.values()) {
    if (one.channel.id !== channel || (account !== undefined && one.name !== account)) continue;
    const place = one.channel.address(to);
    if (!place) continue;
    const { accountId } = one;
    const { target, group } = place;
    const chat = group ? 'group' : 'dm';
    return {
      route: { kind: 'push', door: channel, accountId, target, chat },
      conversation: { accountId, ...place },
    };
  }
  const from = account === undefined ? channel : `${channel}:${account}`;
  throw new CuttleError('channel.not-found', `No connected account ${from} leads to "${to}".`);
}

/** The message's own wish, else the session's choice, else its agent's. Work on the session joins no run and interrupts none. */
async function modeOf(
  { store, settings }: Kernel,
  { body, mode, stateless }: PullMessage,
  { sessionKey, agentId }: { sessionKey: string; agentId: string },
): Promise<QueueMode> {
  if (body.task) return 'followup';
  if (mode) return mode;
  const session = stateless ? undefined : await store.reader.findSession(sessionKey);
  return session?.queueMode ?? agentSettings(settings(), agentId)?.queueMode ?? 'followup';
}

/** Whoever only reads may not make an agent work, whatever the door. */
function requireWriter(principal: Principal): void {
  const scope = 'operator.write';
  const asked = { kind: 'method', name: 'chat.send', scope } as const;
  const decision = authorise(principal, 'method.call', asked);
  if (decision.kind !== 'allow')
    throw new CuttleError('access.denied', textFor('policy.scope', { scope }));
}

type Taken = Extract<AcceptResult, { kind: 'accepted' | 'duplicate' }>;

/** What was taken, now or before. Throws `gateway.busy` or `request.key-reused` for what was not. */
function taken(result: AcceptResult): Taken {
  switch (result.kind) {
    case 'accepted':
    case 'duplicate':
      return result;
    case 'busy':
      throw new CuttleError('gateway.busy', 'Too many messages wait.', { retryAfterMs: 1000 });
    case 'conflict':
      throw new CuttleError(
        'request.key-reused',
        'This idempotency key was used for another message.',
      );
    case 'refused':
      throw new TypeError('A pulled message is never refused by verdict.');
  }
}

async function withCommand(
  kernel: Kernel,
  {
    accepted,
    input,
    said,
    result,
  }: {
    accepted: PullAccepted;
    input: AcceptInput;
    said: string;
    result: Parameters<typeof readyAfterAccept>[2];
  },
): Promise<PullAccepted> {
  readyAfterAccept(
    kernel,
    { sessionKey: input.sessionKey, text: said, mode: input.mode, isControl: true },
    result,
  );
  const { sessionId, sessionKey, inboundId } = accepted;
  const { agentId, principal, provenance, route } = input;
  const text = await runControl(kernel, {
    inboundId,
    sessionId,
    sessionKey,
    agentId,
    text: said,
    principal,
    provenance,
    route,
    conversation: undefined,
  });
  const fate: InboundFate = {
    inboundId,
    runId: undefined,
    state: 'answered',
    text,
    reason: 'command',
    clientCalls: [],
    usage: noUsage,
    model: undefined,
  };
  return { ...accepted, fate: async () => fate };
}

/** The fate of a message that was accepted at any time, from the rows or from whoever settles it next. */
export async function findFate(
  kernel: Kernel,
  inboundId: string,
  signal: AbortSignal,
): Promise<InboundFate> {
  const leave = new AbortController();
  const both = AbortSignal.any([signal, leave.signal]);
  const coming = kernel.fates.expect(inboundId, both);
  coming.catch(() => {}); // left below, or the caller's own abort, which the race below tells
  const stored = await readFate(kernel, inboundId);
  if (!stored) return coming;
  leave.abort('found');
  return stored;
}

/** The fate as the rows tell it; undefined while it is open. Throws `request.not-found`. */
export async function readFate(
  kernel: Kernel,
  inboundId: string,
): Promise<InboundFate | undefined> {
  const inbound = await kernel.store.reader.findInbound({ inboundId });
  if (!inbound) throw new CuttleError('request.not-found', `No message has the id ${inboundId}.`);
  const { state, runId, reason, reply } = inbound;
  if (state === 'queued' || state === 'bound') return undefined;
  const run = runId === undefined ? undefined : await kernel.store.reader.findRun(runId);
  return { inboundId, runId, state, reason, ...fromRun(run, reply) };
}

function fromRun(
  run: StoredRun | undefined,
  reply: string | undefined,
): Pick<InboundFate, 'text' | 'outcome' | 'clientCalls' | 'usage' | 'model'> {
  if (!run) return { text: reply ?? '', clientCalls: [], usage: noUsage, model: undefined };
  const answers = run.steps.flatMap(({ answer }) => (answer ? [answer] : []));
  const last = run.steps.at(-1);
  const own = new Set(last?.calls.map(({ index }) => index));
  const calls = last?.answer ? callsOf(last.answer) : [];
  const origin = last?.answer?.origin;
  const failure = run.outcome?.status === 'failed' ? run.outcome.error : undefined;
  return {
    text: failure ? failureText(failure) : joinSteps(answers.map(textOf)),
    outcome: run.outcome,
    clientCalls: calls.filter((_call, index) => !own.has(index)),
    usage: run.steps.reduce((sum, { usage }) => (usage ? addUsage(sum, usage) : sum), noUsage),
    model: origin && `${origin.provider}/${origin.model}`,
  };
}
