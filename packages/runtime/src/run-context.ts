import { defaultLimits, type ResumePoint, type Spent, visibleWindow } from '@cuttle/agent';
import type { InboundBody, Message, RunWishes, TaintSource, UserPart } from '@cuttle/core-types';
import { callsOf, messagesOf, textOf } from '@cuttle/core-types';
import type { ClaimedRun, StoredRun, StoredStep, Tool, ToolSpec } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { offeredTools } from './offered-tools.ts';
import { audienceOf } from './prompt/audience.ts';
import { type PromptFacts, toPrompt } from './prompt/build-prompt.ts';
import { ordersOf } from './prompt/orders-in-force.ts';
import { type AgentSettings, agentSettings, type ResolvedModel } from './settings.ts';

/** Everything a run's loop is given. */
export interface RunContext {
  readonly agent: AgentSettings;
  readonly model: ResolvedModel;
  readonly tools: readonly Tool[];
  readonly clientTools: readonly ToolSpec[];
  readonly system: string | undefined;
  readonly body: InboundBody | undefined;
}

/** Chooses agent, model, tools and prompt of a claimed run. Throws `model.unknown`. */
export async function createRunContext(
  kernel: Kernel,
  claimed: ClaimedRun,
  taint: ReadonlySet<TaintSource>,
): Promise<RunContext> {
  const body = claimed.inputs.at(-1)?.body;
  const agent = withWishes(chooseAgent(kernel, claimed), body?.wishes);
  const turnSystem = body?.system;
  const clientTools = toSpecs(body?.clientTools);
  const models = kernel.models();
  if (body?.proxyModel !== undefined) {
    const model = models.resolve(body.proxyModel, agent.fallbacks);
    return { agent, model, tools: [], clientTools, system: turnSystem, body };
  }
  // A tool that the client brings stands in for one of ours with its name.
  const theirs = new Set(clientTools.map(({ name }) => name));
  const tools = offeredTools(kernel, { claimed, agent, taint }).filter(
    ({ name }) => !theirs.has(name),
  );
  const system = await readPrompt(kernel, claimed, { agent, tools, turnSystem });
  const wished = body?.wishes?.model ?? claimed.model;
  const model = models.resolve(wished ?? agent.model ?? models.fallback().ref, agent.fallbacks);
  return { agent, model, tools, clientTools, system, body };
}

async function readPrompt(
  kernel: Kernel,
  claimed: ClaimedRun,
  chosen: Pick<PromptFacts, 'agent' | 'tools' | 'turnSystem'>,
): Promise<string> {
  const { route } = claimed;
  const parts = await kernel.prompts.build({
    ...chosen,
    account: route.kind === 'push' ? kernel.accounts.get(route.accountId) : undefined,
    route,
    audience: audienceOf(chosen.agent, claimed),
    orders: ordersOf(chosen.agent, claimed.orders),
    persona: claimed.persona,
  });
  return toPrompt(parts);
}

function chooseAgent(kernel: Kernel, { agentId }: ClaimedRun): AgentSettings {
  const settings = kernel.settings();
  const agent =
    agentSettings(settings, agentId) ?? agentSettings(settings, settings.defaultAgentId);
  if (!agent) throw new TypeError('The settings name a default agent that is not in the list.');
  return agent;
}

function withWishes(agent: AgentSettings, wishes: RunWishes | undefined): AgentSettings {
  if (!wishes) return agent;
  const { thinking = agent.thinking, maxWallMs } = wishes;
  if (maxWallMs === undefined) return { ...agent, thinking };
  const most = agent.limits.maxWallMs ?? defaultLimits.maxWallMs;
  const limits = { ...agent.limits, maxWallMs: Math.min(maxWallMs, most) };
  return { ...agent, thinking, limits };
}

function toSpecs(tools: InboundBody['clientTools'] = []): ToolSpec[] {
  return tools.map(({ name, description, parameters }) => ({
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
  }));
}

export interface StartPoint {
  readonly messages: readonly Message[];
  readonly resume: ResumePoint;
  /** What earlier steps of this run said, by step. */
  readonly texts: ReadonlyMap<number, string>;
  readonly stored: StoredRun | undefined;
}

/** Where a claimed run begins or goes on, with the transcript its next model call sees. */
export async function readStartPoint(kernel: Kernel, claimed: ClaimedRun): Promise<StartPoint> {
  if (!claimed.resumed && claimed.open) {
    return {
      messages: await readFirst(kernel, claimed, claimed.open.uptoSeq),
      resume: { step: 1, attempt: 1 },
      texts: new Map(),
      stored: undefined,
    };
  }
  const stored = await kernel.store.reader.findRun(claimed.runId);
  const steps = stored?.steps ?? [];
  const texts = new Map(
    steps.flatMap(({ step, answer }) => (answer ? [[step, textOf(answer)] as const] : [])),
  );
  const last = steps.at(-1);
  if (!last) throw new TypeError(`Run ${claimed.runId} has no step.`);
  if (claimed.open) {
    const { step, attempt, uptoSeq } = claimed.open;
    const messages = await readMessages(kernel, claimed, { uptoSeq, begunAt: begunAt(steps) });
    return { messages, resume: { step, attempt, spent: spentOn(steps) }, texts, stored };
  }
  return afterAnsweredStep(kernel, { claimed, last, texts, stored });
}

/** The transcript of a new run's first step; in a session that begins with it, that is what was just bound. */
async function readFirst(
  kernel: Kernel,
  claimed: ClaimedRun,
  uptoSeq: number,
): Promise<readonly Message[]> {
  if (uptoSeq !== claimed.inputs.length)
    return readMessages(kernel, claimed, { uptoSeq, begunAt: uptoSeq });
  const messages = claimed.inputs.flatMap(({ body }) => messagesOf(body));
  return Promise.all(messages.map((message) => readMedia(kernel, message)));
}

/** The last step is done: its calls may be open, or the run goes on after an answer that came too early. */
async function afterAnsweredStep(
  kernel: Kernel,
  {
    claimed,
    last,
    texts,
    stored,
  }: {
    claimed: ClaimedRun;
    last: StoredStep;
    texts: ReadonlyMap<number, string>;
    stored: StoredRun | undefined;
  },
): Promise<StartPoint> {
  const { answer, finish } = last;
  const steps = stored?.steps ?? [];
  const spent = spentOn(steps);
  const read = (uptoSeq: number): Promise<Message[]> =>
    readMessages(kernel, claimed, { uptoSeq, begunAt: begunAt(steps) });
  if (answer && finish && (last.calls.length > 0 || callsOf(answer).length > 0)) {
    // The answer's entry directly follows the step's boundary.
    const messages = await read(last.uptoSeq + 1);
    return {
      messages,
      resume: {
        step: last.step,
        attempt: last.attempt,
        spent,
        answered: { message: answer, finish, calls: last.calls },
      },
      texts,
      stored,
    };
  }
  const step = last.step + 1;
  const opened = await kernel.store.journal.openStep({
    runId: claimed.runId,
    fence: claimed.fence,
    step,
  });
  const messages = await read(opened?.uptoSeq ?? last.uptoSeq + 1);
  return { messages, resume: { step, attempt: 1, spent }, texts, stored };
}

/** The time of a run counts from its claim: neither a wait for an approval nor a stop of the gateway uses it up. */
function spentOn(steps: readonly StoredStep[]): Spent {
  const tokens = steps.reduce(
    (sum, { usage }) => sum + (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0),
    0,
  );
  return { tokens, wallMs: 0 };
}

/** The boundary of a run's first step. */
function begunAt(steps: readonly StoredStep[]): number {
  return steps[0]?.uptoSeq ?? 0;
}

/** Entries that one reading gives at most. */
const mostRead = 1000;

/**
 * The visible part of the transcript up to a boundary, with its media read in. What is visible is chosen where the run begins and
 * stays while it grows, so that a step that is asked again after a cut is asked with the same bytes.
 */
export async function readMessages(
  kernel: Kernel,
  claimed: ClaimedRun,
  boundary: { readonly uptoSeq: number; readonly begunAt: number },
): Promise<Message[]> {
  const { sessionId, generation } = claimed;
  const { uptoSeq } = boundary;
  const hidden = visibleWindow(boundary.begunAt, kernel.settings().windowEntries);
  const entries = await kernel.store.reader.readTranscript({
    sessionId,
    generation,
    afterSeq: Math.max(hidden, uptoSeq - mostRead),
    uptoSeq,
    limit: mostRead,
  });
  const messages = entries.flatMap((entry) => entry.messages);
  const first = messages.findIndex(({ role }) => role === 'user' || role === 'system');
  return Promise.all(
    messages.slice(Math.max(0, first)).map((message) => readMedia(kernel, message)),
  );
}

async function readMedia(kernel: Kernel, message: Message): Promise<Message> {
  if (message.role !== 'user' || message.parts.every((part) => part.type === 'text'))
    return message;
  return {
    ...message,
    parts: await Promise.all(message.parts.map((part) => readPart(kernel, part))),
  };
}

async function readPart(kernel: Kernel, part: UserPart): Promise<UserPart> {
  if (part.type === 'text' || part.source.kind !== 'blob') return part;
  const { bytes } = await kernel.store.blobs.read(part.source.sha256, AbortSignal.timeout(10_000));
  return { ...part, source: { kind: 'base64', data: Buffer.from(bytes).toString('base64') } };
}
