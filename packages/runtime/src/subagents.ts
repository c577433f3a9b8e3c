import { placeOfKey } from '@cuttle/agent';
import type { TaintSource } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  AgentMessage,
  CallPlace,
  SubagentCaller,
  SubagentDraft,
  Subagents,
  SubagentTask,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise, effectiveTrust, taintOf } from '@cuttle/security/policy';
import { agentOf, buildSubagentKey, toSessionKey } from '@cuttle/sessions';
import type { ActiveRun } from './active-runs.ts';
import { bodyHash } from './body-hash.ts';
import { interruptSession } from './interrupt.ts';
import type { Kernel } from './kernel.ts';
import { type AgentSettings, agentSettings } from './settings.ts';
import { tellOthers } from './subagent-ends.ts';

/** What tools may ask of the kernel for sub-agents, and what the owner may. */
export interface SubagentControl {
  readonly tools: Subagents;
  /** The same for the owner, who reaches every sub-agent. `false`: it has ended. Throw `subagent.not-found`. */
  steer(input: { subagentId: string; text: string; key: string }): Promise<boolean>;
  stop(input: { subagentId: string; by: 'operator' | 'timeout' }): Promise<boolean>;
}

export function createSubagents(kernel: Kernel): SubagentControl {
  const { reader, journal } = kernel.store;
  return {
    tools: {
      async spawn(task, caller) {
        const asking = findAsking(kernel, caller);
        const draft = await toTask(kernel, asking, task);
        const spawned = await spawn(kernel, asking, draft);
        return { ...spawned, mustWait: isStateless(asking.active) };
      },
      async takeResults(input, caller) {
        const { call } = findAsking(kernel, caller);
        const taken = await journal.takeResults({ ...call, ...input });
        if (taken.settled) kernel.point('subagent.wait.after.consume');
        return taken;
      },
      steer: ({ subagentId, text }, caller) => {
        const { active } = findAsking(kernel, caller);
        const { sessionId: parentSessionId } = active;
        const taint = active.taint();
        return steer(kernel, { subagentId, text, key: caller.key, parentSessionId, taint });
      },
      stop: ({ subagentId }, caller) => {
        const { sessionId: parentSessionId } = findAsking(kernel, caller).active;
        return stop(kernel, { subagentId, parentSessionId, by: 'user' });
      },
      list: (caller) =>
        reader.listSubagents({
          sessionId: findAsking(kernel, caller).active.sessionId,
          limit: 200,
        }),
      send: (message, caller) => send(kernel, findAsking(kernel, caller), message),
    },
    steer: (input) => steer(kernel, { ...input, taint: [] }),
    stop: (input) => stop(kernel, input),
  };
}

/** The run and the call that ask. */
interface Asking {
  readonly active: ActiveRun;
  readonly call: CallPlace;
  readonly agent: AgentSettings;
  /** The agents above and this one, the topmost first. */
  readonly lineage: readonly string[];
}

function findAsking(kernel: Kernel, { runId, key }: SubagentCaller): Asking {
  const active = kernel.active.findRun(runId);
  const place = placeOfKey(key);
  if (!active || place?.runId !== runId)
    throw new CuttleError('run.not-found', `Run ${runId} is not worked on here.`);
  const { fence, agentId, subagent } = active.claimed;
  const settings = kernel.settings();
  const agent =
    agentSettings(settings, agentId) ?? agentSettings(settings, settings.defaultAgentId);
  if (!agent) throw new TypeError('The settings name a default agent that is not in the list.');
  const lineage = [...(subagent?.lineage ?? []), agent.id];
  return { active, call: { fence, ...place }, agent, lineage };
}

function isStateless({ route }: ActiveRun): boolean {
  return route.kind === 'pull' && route.stateless;
}

type Draft = Omit<SubagentDraft, keyof CallPlace | 'bodyHash' | 'mostOpen' | 'taint'>;

async function toTask(kernel: Kernel, asking: Asking, task: SubagentTask): Promise<Draft> {
  const { active, agent, lineage, call } = asking;
  const { subagent, provenance } = active.claimed;
  const depth = (subagent?.depth ?? 0) + 1;
  const most = Math.min(...lineage.map((id) => limitsOf(kernel, id).maxDepth));
  if (depth > most) throw refused('subagent.depth', { most });
  if (task.worker !== undefined) requireWorker(agent, { ...task, worker: task.worker });
  const agentId = allowedAgent(kernel, agent, task.agentId ?? agent.id);
  const { timeoutMs } = agent.subagents;
  return {
    subagentId: kernel.newId(),
    kind: 'task',
    label: task.label,
    sessionKey: buildSubagentKey({ agentId, call }),
    agentId,
    model: task.model === undefined ? undefined : kernel.models().resolve(task.model).ref,
    tools: narrowed(subagent?.tools, task.tools),
    lineage,
    depth,
    hops: provenance.hops ?? 0,
    deadlineAt: kernel.clock.now() + Math.min(task.timeoutMs ?? timeoutMs, timeoutMs),
    worker: task.worker,
    body: { v: 1, parts: [{ type: 'text', text: task.task }] },
  };
}

/** One that the owner lets the agent ask; what a worker outside works with is its own affair. */
function requireWorker(
  { subagents }: AgentSettings,
  { worker, agentId, model, tools }: SubagentTask & { readonly worker: string },
): void {
  const allowed = subagents.workers;
  if (!allowed.includes(worker))
    throw refused('subagent.worker', { worker, allowed: allowed.join(', ') || '-' });
  if (agentId !== undefined || model !== undefined || tools !== undefined)
    throw refused('subagent.worker-alone');
}

function limitsOf(kernel: Kernel, agentId: string): AgentSettings['subagents'] {
  const closed = { allow: [], workers: [], maxDepth: 0, maxChildren: 0, maxHops: 0, timeoutMs: 0 };
  return agentSettings(kernel.settings(), agentId)?.subagents ?? closed;
}

/** The agent itself, or one that its owner lets it ask. */
function allowedAgent(kernel: Kernel, agent: AgentSettings, wanted: string): string {
  const { allow } = agent.subagents;
  const isAllowed = wanted === agent.id || allow.includes('*') || allow.includes(wanted);
  if (isAllowed && agentSettings(kernel.settings(), wanted)) return wanted;
  throw refused('subagent.agent', { agent: wanted, allowed: [agent.id, ...allow].join(', ') });
}

/** Both limits hold: neither gives what the other does not. */
function narrowed(
  held: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!held || !wanted) return wanted ?? held;
  return wanted.filter((name) => held.includes(name));
}

function refused(...[code, params]: Parameters<typeof textFor>): CuttleError {
  return new CuttleError('subagent.refused', textFor(code, params));
}

async function spawn(
  kernel: Kernel,
  { active, call, agent }: Asking,
  draft: Draft,
): Promise<{ readonly subagentId: string; readonly sessionKey: string }> {
  const { maxChildren } = agent.subagents;
  kernel.point('subagent.spawn.before.commit');
  const result = await kernel.store.journal.spawnSubagent({
    ...draft,
    ...call,
    taint: active.taint(),
    bodyHash: await bodyHash(JSON.stringify(draft.body)),
    mostOpen: maxChildren,
  });
  kernel.point('subagent.spawn.after.commit');
  if (result.kind === 'full') throw refused('subagent.full', { most: maxChildren });
  if (result.kind === 'cycle') throw refused('subagent.cycle');
  const { subagentId, sessionKey } = result;
  if (draft.worker === undefined) kernel.sessions.wake(result.sessionId);
  else kernel.workerBell.ring(draft.worker);
  kernel.subagentTimers.wake();
  await tellOthers(kernel, result.events);
  return { subagentId, sessionKey };
}

async function steer(
  kernel: Kernel,
  input: {
    readonly subagentId: string;
    readonly parentSessionId?: string;
    readonly text: string;
    readonly key: string;
    readonly taint: readonly TaintSource[];
  },
): Promise<boolean> {
  const { text, ...rest } = input;
  const result = await kernel.store.journal.steerSubagent({
    ...rest,
    inboundId: kernel.newId(),
    bodyHash: await bodyHash(text),
    body: { v: 1, parts: [{ type: 'text', text }] },
  });
  if (result.kind === 'unknown') throw notFound(input.subagentId);
  if (result.kind === 'outside') throw refused('subagent.outside', { id: input.subagentId });
  if (result.kind === 'ended') return false;
  const { sessionId } = result;
  if (kernel.active.find(sessionId)) interruptSession(kernel, sessionId);
  else kernel.sessions.wake(sessionId);
  return true;
}

function notFound(id: string): CuttleError {
  return new CuttleError('subagent.not-found', `There is no sub-agent ${id}.`);
}

async function stop(
  kernel: Kernel,
  input: {
    readonly subagentId: string;
    readonly parentSessionId?: string;
    readonly by: 'user' | 'operator' | 'timeout';
  },
): Promise<boolean> {
  const row = await kernel.store.reader.findSubagent(input.subagentId);
  const isOthers =
    input.parentSessionId !== undefined && row?.parentSessionId !== input.parentSessionId;
  if (!row || isOthers) throw notFound(input.subagentId);
  kernel.point('abort.before.commit');
  const result = await kernel.store.journal.stopSubagent(input);
  kernel.point('abort.after.commit');
  if (result.kind === 'none') return false;
  await tellOthers(kernel, result.events);
  return true;
}

/** Another session hears something, with the authority and the taint of this run. */
async function send(
  kernel: Kernel,
  asking: Asking,
  { to, text, wait, timeoutMs }: AgentMessage,
): Promise<{ readonly sessionKey: string; readonly subagentId: string | undefined }> {
  const { active, agent, lineage, call } = asking;
  const { principal, provenance, sessionKey: from } = active.claimed;
  const { maxHops } = agent.subagents;
  const hops = (provenance.hops ?? 0) + 1;
  if (hops > maxHops) throw refused('subagent.hops', { most: maxHops });
  const target = await findTarget(kernel, asking, to);
  const said = textFor('subagent.from-agent', { agent: agent.id, session: from, text });
  const body = { v: 1 as const, parts: [{ type: 'text' as const, text: said }] };
  if (wait || isStateless(active)) {
    const deadlineAt = kernel.clock.now() + (timeoutMs ?? agent.subagents.timeoutMs);
    const { depth = 0, tools } = active.claimed.subagent ?? {};
    const draft = {
      ...target,
      label: to,
      tools,
      lineage,
      depth: depth + 1,
      hops,
      deadlineAt,
      body,
    };
    return spawn(kernel, asking, { ...draft, kind: 'message', subagentId: kernel.newId() });
  }
  const { accountId, trust } = provenance;
  const passed = { door: 'agent', accountId, trust, hops };
  const result = await kernel.store.journal.acceptInbound({
    inboundId: kernel.newId(),
    accountId,
    externalId: `send:${call.runId}:${call.step}:${call.index}`,
    bodyHash: await bodyHash(said),
    ...target,
    principal,
    provenance: passed,
    taint: [...new Set([...active.taint(), ...taintOf(passed, 'pull')])],
    route: { kind: 'pull', door: 'agent', stateless: false },
    mode: 'followup',
    body,
    verdict: { kind: 'queue' },
    bounds: kernel.settings().queue,
  });
  if (result.kind === 'busy')
    throw new CuttleError('gateway.busy', 'Too many messages wait in that session.');
  if (result.kind === 'accepted') kernel.sessions.wake(result.sessionId);
  return { sessionKey: target.sessionKey, subagentId: undefined };
}

/** Only the owner's runs write to other sessions than their own, and only to those of agents that theirs may ask. */
async function findTarget(
  kernel: Kernel,
  { active, agent }: Asking,
  to: string,
): Promise<{ readonly sessionKey: string; readonly agentId: string }> {
  const isKey = to.includes(':');
  const sessionKey = isKey ? toSessionKey(to, agent.id) : toSessionKey('main', to);
  const agentId = allowedAgent(kernel, agent, agentOf(sessionKey) ?? agent.id);
  const { principal, provenance } = active.claimed;
  const isOwners = effectiveTrust(principal, provenance) === 'owner';
  const resource = { kind: 'session', ownerPrincipalId: undefined } as const;
  const mayWrite = isOwners && authorise(principal, 'session.write', resource).kind === 'allow';
  const known = isKey ? await kernel.store.reader.findSession(sessionKey) : true;
  if (!mayWrite || !known || sessionKey === active.claimed.sessionKey)
    throw new CuttleError('subagent.refused', textFor('subagent.session', { to }), {
      hint: 'session_list names those you can write to.',
    });
  return { sessionKey, agentId };
}
