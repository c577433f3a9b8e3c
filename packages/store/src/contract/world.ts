import type {
  AssistantMessage,
  InboundBody,
  Principal,
  QueueMode,
  Route,
  ToolResultPart,
  Trust,
} from '@cuttle/core-types';
import type {
  AcceptInput,
  AcceptResult,
  ApprovalDraft,
  ClaimedRun,
  ConversationRef,
  Delivery,
  DeliveryClaim,
  Journal,
  OutboundDraft,
  PlannedCall,
  Reader,
  StepRecord,
  Store,
} from '@cuttle/core-types/ports';
import { expect } from 'vitest';

/** A store that a contract test may close and open again. */
export interface StoreFixture {
  readonly store: Store;
  /** A later life of the same data: the former opening is gone, as after a crash or a stop. */
  reopen(): Promise<Store>;
  close(): Promise<void>;
}
export type OpenStore = (clock: { now(): number }) => Promise<StoreFixture>;

/** One store with an account, and short words for what tests do to it again and again. */
export interface World {
  readonly store: Store;
  readonly journal: Journal;
  readonly reader: Reader;
  readonly accountId: string;
  now(): number;
  advance(ms: number): void;
  newId(): string;
  reopen(): Promise<void>;
  close(): Promise<void>;
  place(name?: string): ConversationRef;
  input(wish?: Wish): AcceptInput;
  accept(wish?: Wish): Promise<AcceptResult>;
  /** A message that is accepted; its ids. */
  say(wish?: Wish): Promise<{ readonly inboundId: string; readonly sessionId: string }>;
  tryClaim(sessionId: string): Promise<ClaimedRun | undefined>;
  claim(sessionId: string): Promise<ClaimedRun>;
  /** A message and its run. */
  begin(wish?: Wish): Promise<ClaimedRun>;
  record(run: ClaimedRun, step: number, wish?: AnswerWish): StepRecord;
  complete(
    run: ClaimedRun,
    wish?: CompleteWish,
  ): Promise<Awaited<ReturnType<Journal['completeRun']>>>;
  draft(wish?: Partial<OutboundDraft>): OutboundDraft;
  claimDelivery(conversationId: string): Promise<DeliveryClaim>;
  send(conversationId: string): Promise<Delivery>;
  deliver(conversationId: string, messageId?: string): Promise<Delivery>;
  conversationId(run: ClaimedRun): string;
}

export interface Wish {
  readonly text?: string;
  readonly session?: string;
  readonly agentId?: string;
  readonly externalId?: string;
  readonly inboundId?: string;
  readonly bodyHash?: string;
  readonly mode?: QueueMode;
  readonly place?: string;
  readonly principal?: string;
  readonly trust?: Trust;
  readonly taint?: AcceptInput['taint'];
  readonly verdict?: AcceptInput['verdict'];
  readonly route?: 'push' | 'pull' | 'stateless';
  readonly body?: InboundBody;
  readonly bounds?: AcceptInput['bounds'];
  readonly busyNotice?: readonly OutboundDraft[];
  readonly expiresAt?: number;
  readonly renew?: AcceptInput['renew'];
  readonly identity?: AcceptInput['identity'];
  readonly bot?: AcceptInput['bot'];
  readonly after?: string;
  readonly mark?: AcceptInput['mark'];
}
export interface AnswerWish {
  readonly text?: string;
  readonly calls?: readonly PlannedCall[];
  readonly fence?: string;
}
export interface CompleteWish {
  readonly text?: string;
  readonly outbound?: readonly OutboundDraft[];
  readonly silent?: string;
  readonly last?: StepRecord | 'none';
}

export const principalOf = (id: string): Principal => ({ id, kind: 'person', scopes: [] });
export const answerOf = (text: string): AssistantMessage => ({
  role: 'assistant',
  parts: [{ type: 'text', text }],
});
export const resultOf = (callId: string, text = 'ok'): ToolResultPart => ({
  type: 'tool-result',
  callId,
  name: 'look',
  ok: true,
  content: [{ type: 'text', text }],
});
export const callOf = (index: number, more: Partial<PlannedCall> = {}): PlannedCall => ({
  index,
  callId: `call-${index}`,
  tool: 'look',
  input: { at: index },
  effect: 'pure',
  planHash: `hash-${index}`,
  gated: false,
  ...more,
});
/** An assistant message that holds these calls. */
export const callingOf = (calls: readonly PlannedCall[], text = ''): AssistantMessage => ({
  role: 'assistant',
  parts: [
    { type: 'text', text },
    ...calls.map(({ callId, tool, input }) => ({
      type: 'tool-call' as const,
      callId,
      name: tool,
      input,
    })),
  ],
});
export const approvalOf = (
  approvalId: string,
  call: PlannedCall,
  more: Partial<ApprovalDraft> = {},
): ApprovalDraft => ({
  approvalId,
  step: 1,
  index: call.index,
  planHash: call.planHash,
  expiresAt: Number.MAX_SAFE_INTEGER,
  ...more,
});

export async function createWorld(open: OpenStore): Promise<World> {
  let now = 1_800_000_000_000;
  let ids = 0;
  const fixture = await open({ now: () => now });
  let { store } = fixture;
  const newId = (): string => `id-${String((ids += 1)).padStart(6, '0')}`;
  const account = { channel: 'telegram', name: 'bot', platformId: '4242' };
  const { accountId } = await store.journal.openAccount(account);

  const place = (name = 'chat-1'): ConversationRef => ({
    accountId,
    key: name,
    target: { chat: name },
    group: false,
  });
  const input = (wish: Wish = {}): AcceptInput => toInput({ wish, newId, accountId, place });
  const world: World = {
    get store() {
      return store;
    },
    get journal() {
      return store.journal;
    },
    get reader() {
      return store.reader;
    },
    accountId,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    newId,
    async reopen() {
      store = await fixture.reopen();
    },
    close: () => fixture.close(),
    place,
    input,
    accept: (wish) => store.journal.acceptInbound(input(wish)),
    async say(wish) {
      const result = await world.accept(wish);
      if (result.kind !== 'accepted') return expect.fail(`not accepted: ${result.kind}`);
      return { inboundId: result.inboundId, sessionId: result.sessionId };
    },
    tryClaim: (sessionId) => store.journal.claimRun({ sessionId, fence: newId(), collectMax: 10 }),
    async claim(sessionId) {
      return (await world.tryClaim(sessionId)) ?? expect.fail('nothing to claim');
    },
    async begin(wish) {
      const { sessionId } = await world.say(wish);
      return world.claim(sessionId);
    },
    record: (run, step, wish = {}) => ({
      runId: run.runId,
      fence: wish.fence ?? run.fence,
      step,
      answer: wish.calls ? callingOf(wish.calls, wish.text) : answerOf(wish.text ?? 'answer'),
      finish: wish.calls ? 'tool-calls' : 'stop',
      usage: { inputTokens: 10, outputTokens: 5 },
      provider: 'local',
      model: 'm1',
      costMicros: 7,
      calls: wish.calls ?? [],
    }),
    complete: (run, wish = {}) =>
      store.journal.completeRun({
        runId: run.runId,
        fence: run.fence,
        last:
          wish.last === 'none'
            ? undefined
            : (wish.last ??
              world.record(run, run.open?.step ?? 1, {
                ...(wish.text !== undefined && { text: wish.text }),
              })),
        finish: 'stop',
        outbound: wish.outbound ?? [],
        silent: wish.silent,
      }),
    draft: (wish = {}) => ({
      outboundId: newId(),
      conversation: place(),
      origin: `origin:${newId()}`,
      part: 0,
      kind: 'send',
      body: { v: 1, text: 'words', payload: { text: 'words' } },
      ttlMs: 3_600_000,
      ...wish,
    }),
    claimDelivery: (conversationId) =>
      store.journal.claimDelivery({
        conversationId,
        fence: newId(),
        deadlineMs: 10_000,
        marginMs: 1_000,
      }),
    async send(conversationId) {
      const claim = await world.claimDelivery(conversationId);
      return claim.kind === 'send' ? claim.delivery : expect.fail(`not to send: ${claim.kind}`);
    },
    async deliver(conversationId, messageId = newId()) {
      const delivery = await world.send(conversationId);
      const { outboundId, fence } = delivery;
      const outcome = { kind: 'sent', receipt: { messageId } } as const;
      await store.journal.settleDelivery({ outboundId, fence, outcome });
      return delivery;
    },
    conversationId: (run) => run.conversationId ?? expect.fail('the run has no conversation'),
  };
  return world;
}

function toInput({
  wish,
  newId,
  accountId,
  place,
}: {
  wish: Wish;
  newId(): string;
  accountId: string;
  place(name?: string): ConversationRef;
}): AcceptInput {
  const pull = wish.route === 'pull' || wish.route === 'stateless';
  const chat = place(wish.place);
  const route: Route = pull
    ? { kind: 'pull', door: 'http', stateless: wish.route === 'stateless' }
    : { kind: 'push', door: 'telegram', accountId, target: chat.target, chat: 'dm' };
  return {
    inboundId: wish.inboundId ?? newId(),
    accountId,
    externalId: wish.externalId ?? newId(),
    bodyHash: wish.bodyHash ?? `hash of ${wish.text ?? 'hello'}`,
    sessionKey: wish.session ?? 'agent:main:telegram:1',
    agentId: wish.agentId ?? 'main',
    conversation: pull ? undefined : chat,
    principal: principalOf(wish.principal ?? 'person-1'),
    provenance: { door: pull ? 'http' : 'telegram', accountId, trust: wish.trust ?? 'paired' },
    taint: wish.taint ?? [],
    route,
    mode: wish.mode ?? 'followup',
    body: wish.body ?? { v: 1, parts: [{ type: 'text', text: wish.text ?? 'hello' }] },
    identity: wish.identity,
    verdict: wish.verdict ?? { kind: 'queue' },
    bounds: wish.bounds ?? { perSession: 100, total: 1_000 },
    busyNotice: wish.busyNotice,
    expiresAt: wish.expiresAt,
    renew: wish.renew,
    ...(wish.bot && { bot: wish.bot }),
    ...(wish.after !== undefined && { after: wish.after }),
    ...(wish.mark && { mark: wish.mark }),
  };
}

/** The code of the failure that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const failure: unknown = await promise.then(
    (value) => expect.fail(`did not reject, but gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  return failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
}
