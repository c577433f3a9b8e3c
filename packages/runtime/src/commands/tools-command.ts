import type { ControlRow, Tool } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { taintOf } from '@cuttle/security/policy';
import type { Kernel } from '../kernel.ts';
import { judgeTool, offeredTools } from '../offered-tools.ts';
import { agentSettings } from '../settings.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/tools [tool]`: what the agent may use for whoever asks, before it has read anything. */
export const toolsCommand: CommandHandler = async (kernel, row, { args }) => {
  if (args.length > 1) return undefined;
  const tools = toolsFor(kernel, row);
  const [wanted] = args;
  if (wanted !== undefined) return { reply: oneText(tools, wanted) };
  if (tools.length === 0) return { reply: textFor('tools.none') };
  const names = (gate: OfferedTool['gate']): string =>
    tools
      .filter((one) => one.gate === gate)
      .map(({ tool }) => tool.name)
      .toSorted()
      .join(', ');
  const asking = names('ask');
  const free = names('allow');
  const lines = [
    ...(free === '' ? [] : [textFor('tools.free', { tools: free })]),
    ...(asking === '' ? [] : [textFor('tools.asking', { tools: asking })]),
  ];
  return { reply: lines.join('\n') };
};

export interface OfferedTool {
  readonly tool: Tool;
  /** `ask`: each call waits for an approval. */
  readonly gate: 'allow' | 'ask';
}

/** The tools that the policy gives to a run of this person here. */
export function toolsFor(
  kernel: Kernel,
  { agentId, principal, provenance, route }: ControlRow,
): readonly OfferedTool[] {
  const agent = agentSettings(kernel.settings(), agentId);
  if (!agent) return [];
  const claimed = { principal, provenance, route };
  const taint = new Set(taintOf(provenance, route.kind === 'push' ? route.chat : 'pull'));
  const asked = { claimed, agent, taint };
  return offeredTools(kernel, asked).map((tool) => {
    const decision = judgeTool({ ...asked, above: [], tool, action: 'tool.use' });
    return { tool, gate: decision.kind === 'ask' ? 'ask' : 'allow' };
  });
}

function oneText(tools: readonly OfferedTool[], wanted: string): string {
  const found = tools.find(({ tool }) => tool.name === wanted.toLowerCase());
  if (!found) return textFor('tools.unknown', { tool: wanted });
  const { name, description, risk } = found.tool;
  return textFor(found.gate === 'ask' ? 'tools.one-asking' : 'tools.one', {
    tool: name,
    risk,
    description,
  });
}
