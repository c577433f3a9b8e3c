import { type CoreTools, defaultLimits, type ResumePoint, type Spent } from '@cuttle/agent';
import type { InboundBody, Message, RunWishes, TaintSource } from '@cuttle/core-types';
import { callsOf, messagesOf, textOf } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';
import type { ClaimedRun, StoredRun, StoredStep, Tool, ToolSpec } from '@cuttle/core-types/ports';
import { type ContextFit, createContextFit } from './context-fit.ts';
import type { Kernel } from './kernel.ts';
import { judgeTool, offeredTools, policiesAbove } from './offered-tools.ts';
import { audienceOf } from './prompt/audience.ts';
import { type PromptFacts, toPrompt } from './prompt/build-prompt.ts';
import { ordersOf } from './prompt/orders-in-force.ts';
import { readMessages, type ReadTranscript } from './read-messages.ts';
import { type AgentSettings, agentSettings, type ResolvedModel } from './settings.ts';

/** Everything a run's loop is given. */
export interface RunContext {
  readonly agent: AgentSettings;
  readonly model: ResolvedModel;
  readonly tools: readonly Tool[];
  /** Which of them are always shown; undefined: all. */
  readonly isCore: CoreTools | undefined;
  readonly clientTools: readonly ToolSpec[];
  readonly system: string | undefined;
  readonly body: InboundBody | undefined;
}

/** Who answers a claimed run, and what it asks for. Throws `model.unknown`. */
export function chooseModel(
  kernel: Kernel,
  claimed: ClaimedRun,
): Pick<RunContext, 'agent' | 'model' | 'body'> {
  const body = bodyOf(claimed);
  const agent = withWishes(ofSession(chooseAgent(kernel, claimed), claimed), body?.wishes);
  const models = kernel.models();
  const own = claimed.subagent?.model ?? claimed.model ?? agent.model;
  const wished = body?.proxyModel ?? body?.wishes?.model ?? own;
  return { agent, model: models.resolve(wished ?? models.fallback().ref, agent.fallbacks), body };
}

/** Chooses tools and prompt of a claimed run. */
export async function createRunContext(
  kernel: Kernel,
  claimed: ClaimedRun,
  chosen: ReturnType<typeof chooseModel>,
): Promise<RunContext> {
  const { agent, body } = chosen;
  const isTask = claimed.subagent?.kind === 'task';
  const turnSystem = isTask ? textFor('subagent.prompt') : body?.system;
  const clientTools = toSpecs(body?.clientTools);
  if (body?.proxyModel !== undefined)
    return { ...chosen, tools: [], isCore: undefined, clientTools, system: turnSystem };
  const taint: ReadonlySet<TaintSource> = new Set(claimed.taint);
  const { tools, isCore } = chooseTools(kernel, { claimed, agent, taint }, clientTools);
  const system = await readPrompt(kernel, claimed, { agent, tools, turnSystem });
  return { ...chosen, tools, isCore, clientTools, system };
}

/** What the policy offers. A tool that the client brings stands in for one of ours with its name. */
function chooseTools(
  kernel: Kernel,
  asked: { claimed: ClaimedRun; agent: AgentSettings; taint: ReadonlySet<TaintSource> },
  clientTools: readonly ToolSpec[],
): Pick<RunContext, 'tools' | 'isCore'> {
  const theirs = new Set(clientTools.map(({ name }) => name));
  const isOurs = ({ name }: Tool): boolean => !theirs.has(name);
  const { subagent } = asked.claimed;
  const above = policiesAbove(kernel, subagent);
  return kernel.lazyTools.choose(
    offeredTools(kernel, asked).filter(isOurs),
    (search) =>
      isOurs(search) &&
      (subagent?.tools?.includes(search.name) ?? true) &&
      judgeTool({ ...asked, above, tool: search, action: 'tool.offer' }).kind === 'allow',
  );
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
    orders: ordersOver(kernel, claimed, chosen.agent),
    persona: claimed.persona,
  });
  return toPrompt(parts);
}

/** The standing orders of what is above hold for a sub-agent too, and none can be dropped on the way down. */
function ordersOver(
  kernel: Kernel,
  { subagent, orders }: ClaimedRun,
  agent: AgentSettings,
): readonly string[] {
  const own = ordersOf(agent, orders);
  if (!subagent) return own;
  const above = subagent.lineage.flatMap(
    (id) => agentSettings(kernel.settings(), id)?.orders ?? [],
  );
  return [...new Set([...above, ...subagent.orders, ...own])];
}

/** What the last of those who speak to the run says of it; a sub-agent's result says nothing of the run that reads it. */
function bodyOf({ inputs, subagent }: ClaimedRun): InboundBody | undefined {
  const own = inputs.findLast(
    ({ subagentId }) => subagentId === undefined || subagentId === subagent?.subagentId,
  );
  return (own ?? inputs.at(-1))?.body;
}

function chooseAgent(kernel: Kernel, { agentId }: ClaimedRun): AgentSettings {
  const settings = kernel.settings();
  const agent =
    agentSettings(settings, agentId) ?? agentSettings(settings, settings.defaultAgentId);
  if (!agent) throw new TypeError('The settings name a default agent that is not in the list.');
  return agent;
}

/** What was chosen for the session is over what the agent says. */
function ofSession(agent: AgentSettings, { thinking }: ClaimedRun): AgentSettings {
  return thinking === undefined ? agent : { ...agent, thinking };
}

function withWishes(agent: AgentSettings, wishes: RunWishes | undefined): AgentSettings {
  if (!wishes) return agent;
  const { thinking = agent.thinking, maxWallMs } = wishes;
  if (maxWallMs === undefined) return { ...agent, thinking };
  const most = agent.limits.maxWallMs ?? defaultLimits.maxWallMs;
  const limits = { ...agent.limits, maxWallMs: Math.min(maxWallMs, most) };
  return { ...agent, thinking, limits };
}

export function toSpecs(tools: InboundBody['clientTools'] = []): ToolSpec[] {
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
  readonly fit: ContextFit;
}

/** Where a claimed run begins or goes on, with the transcript its next model call sees. */
export async function readStartPoint(
  kernel: Kernel,
  claimed: ClaimedRun,
  context: Pick<RunContext, 'agent' | 'model'>,
): Promise<StartPoint> {
  const fit = await createContextFit(kernel, claimed, context);
  if (!claimed.resumed && claimed.open) {
    const messages = await readFirst(kernel, claimed, fit);
    return { messages, resume: { step: 1, attempt: 1 }, texts: new Map(), stored: undefined, fit };
  }
  const stored = await kernel.store.reader.findRun(claimed.runId);
  const steps = stored?.steps ?? [];
  const texts = new Map(
    steps.flatMap(({ step, answer }) => (answer ? [[step, textOf(answer)] as const] : [])),
  );
  const last = steps.at(-1);
  if (!last) throw new TypeError(`Run ${claimed.runId} has no step.`);
  if (claimed.open) {
    const { step, attempt } = claimed.open;
    fit.begunAt = begunOf(steps);
    const messages = await readFor(kernel, claimed, { fit });
    return { messages, resume: { step, attempt, spent: spentOn(steps) }, texts, stored, fit };
  }
  return afterAnsweredStep(kernel, { claimed, last, texts, stored, fit });
}

/** The transcript of a new run's first step; in a session that begins with it, that is what was just bound. */
async function readFirst(
  kernel: Kernel,
  claimed: ClaimedRun,
  fit: ContextFit,
): Promise<readonly Message[]> {
  if (fit.uptoSeq !== claimed.inputs.length) return readFor(kernel, claimed, { fit });
  return claimed.inputs.flatMap(({ body }) => messagesOf(body));
}

/** The transcript up to the boundary that `fit` names, and what `fit` is to know of it. */
export async function readFor(
  kernel: Kernel,
  claimed: ClaimedRun,
  { fit }: { readonly fit: ContextFit },
): Promise<readonly Message[]> {
  const { uptoSeq, summaryUpto, begunAt, window } = fit;
  const boundary = { uptoSeq, summaryUpto, begunAt, isBounded: window === undefined };
  const read: ReadTranscript = await readMessages(kernel, claimed, boundary);
  fit.base = uptoSeq - read.entries;
  fit.summary = read.summary;
  return read.messages;
}

/** The last step is done: its calls may be open, or the run goes on after an answer that came too early. */
async function afterAnsweredStep(
  kernel: Kernel,
  {
    claimed,
    last,
    texts,
    stored,
    fit,
  }: {
    claimed: ClaimedRun;
    last: StoredStep;
    texts: ReadonlyMap<number, string>;
    stored: StoredRun | undefined;
    fit: ContextFit;
  },
): Promise<StartPoint> {
  const { answer, finish } = last;
  const steps = stored?.steps ?? [];
  const spent = spentOn(steps);
  const place = { fit };
  fit.begunAt = begunOf(steps);
  // The answer's entry directly follows the step's boundary.
  fit.uptoSeq = last.uptoSeq + 1;
  fit.summaryUpto = last.summaryUpto;
  if (answer && finish && (last.calls.length > 0 || callsOf(answer).length > 0)) {
    const { step, attempt, calls } = last;
    const answered = { message: answer, finish, calls };
    const messages = await readFor(kernel, claimed, place);
    return { messages, resume: { step, attempt, spent, answered }, texts, stored, fit };
  }
  const step = last.step + 1;
  const { runId, fence } = claimed;
  const opened = await kernel.store.journal.openStep({ runId, fence, step });
  fit.uptoSeq = opened?.uptoSeq ?? fit.uptoSeq;
  fit.summaryUpto = opened ? opened.summaryUpto : fit.summaryUpto;
  const messages = await readFor(kernel, claimed, place);
  return { messages, resume: { step, attempt: 1, spent }, texts, stored, fit };
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
function begunOf(steps: readonly StoredStep[]): number {
  return steps[0]?.uptoSeq ?? 0;
}
