import type { Json, Principal, Provenance, Route, TaintSource } from '@cuttle/core-types';
import type { ClaimedSubagent, Tool } from '@cuttle/core-types/ports';
import {
  authorise,
  type Decision,
  type ToolChange,
  type ToolPolicy,
} from '@cuttle/security/policy';
import type { Kernel } from './kernel.ts';
import { promptFiles } from './prompt/part-table.ts';
import { type AgentSettings, agentSettings } from './settings.ts';

/** For whom a run works. */
interface Asker {
  readonly route: Route;
  readonly principal: Principal;
  readonly provenance: Provenance;
  /** What a sub-agent's run is held to. */
  readonly subagent?: ClaimedSubagent | undefined;
}

/** The first place of the policy: what a model is shown. A tool that would ask is shown. */
export function offeredTools(
  kernel: Pick<Kernel, 'tools' | 'toolsOfChannel' | 'settings'>,
  {
    claimed,
    agent,
    taint,
  }: { claimed: Asker; agent: AgentSettings; taint: ReadonlySet<TaintSource> },
): readonly Tool[] {
  const above = policiesAbove(kernel, claimed.subagent);
  const only = claimed.subagent?.tools;
  const { route } = claimed;
  // What a messenger can do is offered where the answer goes there.
  const ofChannel = route.kind === 'push' ? kernel.toolsOfChannel(route.door) : [];
  return [...kernel.tools, ...ofChannel].filter(
    (tool) =>
      (only === undefined || only.includes(tool.name)) &&
      judgeTool({ claimed, agent, above, taint, tool, action: 'tool.offer' }).kind !== 'deny',
  );
}

/** What agents that are gone from the configuration may do. */
const closed: ToolPolicy = { profile: 'minimal', allow: [], deny: ['*'], approvals: 'deny' };

/** The policies of the agents that a sub-agent works for: what is forbidden to one of them is not done for it. */
export function policiesAbove(
  { settings }: Pick<Kernel, 'settings'>,
  subagent: ClaimedSubagent | undefined,
): readonly ToolPolicy[] {
  if (!subagent) return [];
  return subagent.lineage.map((id) => agentSettings(settings(), id)?.tools ?? closed);
}

/** The strictest of what the agent and those above it may do. */
export function judgeTool({
  claimed,
  agent,
  above,
  taint,
  tool,
  changes,
  action,
}: {
  claimed: Asker;
  agent: AgentSettings;
  above: readonly ToolPolicy[];
  taint: ReadonlySet<TaintSource>;
  tool: Tool;
  /** What a call would change; a tool that is only shown changes nothing. */
  changes?: ToolChange | undefined;
  action: 'tool.offer' | 'tool.use';
}): Decision {
  const facts = {
    kind: 'tool',
    name: tool.name,
    risk: tool.risk,
    provenance: claimed.provenance,
    taint: [...taint],
    changes,
  } as const;
  const own = authorise(claimed.principal, action, { ...facts, policy: agent.tools });
  return above
    .map((policy) => authorise(claimed.principal, action, { ...facts, policy }))
    .reduce((one, other) => (strictness[other.kind] > strictness[one.kind] ? other : one), own);
}

/** The files of a workspace that every prompt of its agent begins with. Some systems take `agents.md` for the same. */
const instructions: ReadonlySet<string> = new Set(promptFiles.map((file) => file.toLowerCase()));

/** What a call would change, as the policy tells it apart. */
export async function changesOf(
  tool: Tool,
  call: { readonly input: Json; readonly agentId: string },
  signal: AbortSignal,
): Promise<ToolChange | undefined> {
  const file = await tool.writes?.(call.input, call, signal);
  if (file === undefined) return undefined;
  return instructions.has(file.replaceAll('\\', '/').toLowerCase()) ? 'instructions' : 'files';
}

const strictness: Readonly<Record<Decision['kind'], number>> = { allow: 0, ask: 1, deny: 2 };
