import type { Principal, Provenance, TaintSource } from '@cuttle/core-types';
import type { ClaimedSubagent, Tool } from '@cuttle/core-types/ports';
import { authorise, type Decision, type ToolPolicy } from '@cuttle/security/policy';
import type { Kernel } from './kernel.ts';
import { type AgentSettings, agentSettings } from './settings.ts';

/** For whom a run works. */
interface Asker {
  readonly principal: Principal;
  readonly provenance: Provenance;
  /** What a sub-agent's run is held to. */
  readonly subagent?: ClaimedSubagent | undefined;
}

/** The first place of the policy: what a model is shown. A tool that would ask is shown. */
export function offeredTools(
  kernel: Pick<Kernel, 'tools' | 'settings'>,
  {
    claimed,
    agent,
    taint,
  }: { claimed: Asker; agent: AgentSettings; taint: ReadonlySet<TaintSource> },
): readonly Tool[] {
  const above = policiesAbove(kernel, claimed.subagent);
  const only = claimed.subagent?.tools;
  return kernel.tools.filter(
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
  action,
}: {
  claimed: Asker;
  agent: AgentSettings;
  above: readonly ToolPolicy[];
  taint: ReadonlySet<TaintSource>;
  tool: Tool;
  action: 'tool.offer' | 'tool.use';
}): Decision {
  const facts = {
    kind: 'tool',
    name: tool.name,
    risk: tool.risk,
    provenance: claimed.provenance,
    taint: [...taint],
  } as const;
  const own = authorise(claimed.principal, action, { ...facts, policy: agent.tools });
  return above
    .map((policy) => authorise(claimed.principal, action, { ...facts, policy }))
    .reduce((one, other) => (strictness[other.kind] > strictness[one.kind] ? other : one), own);
}

const strictness: Readonly<Record<Decision['kind'], number>> = { allow: 0, ask: 1, deny: 2 };
