import type { Principal, Provenance, TaintSource } from '@cuttle/core-types';
import type { Tool } from '@cuttle/core-types/ports';
import { authorise, type Decision } from '@cuttle/security/policy';
import type { Kernel } from './kernel.ts';
import type { AgentSettings } from './settings.ts';

/** For whom a run works. */
interface Asker {
  readonly principal: Principal;
  readonly provenance: Provenance;
}

/** The first place of the policy: what a model is shown. A tool that would ask is shown. */
export function offeredTools(
  kernel: Pick<Kernel, 'tools'>,
  {
    claimed,
    agent,
    taint,
  }: { claimed: Asker; agent: AgentSettings; taint: ReadonlySet<TaintSource> },
): readonly Tool[] {
  return kernel.tools.filter(
    (tool) => judgeTool({ claimed, agent, taint, tool, action: 'tool.offer' }).kind !== 'deny',
  );
}

export function judgeTool({
  claimed,
  agent,
  taint,
  tool,
  action,
}: {
  claimed: Asker;
  agent: AgentSettings;
  taint: ReadonlySet<TaintSource>;
  tool: Tool;
  action: 'tool.offer' | 'tool.use';
}): Decision {
  return authorise(claimed.principal, action, {
    kind: 'tool',
    name: tool.name,
    risk: tool.risk,
    provenance: claimed.provenance,
    taint: [...taint],
    policy: agent.tools,
  });
}
