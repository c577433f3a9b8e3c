import { CuttleError } from '@cuttle/core-types/errors';
import type { ToolContext } from '@cuttle/core-types/ports';
import { isMemoryPath, reachOf } from '../memory/memory-path.ts';
import type { Workspace } from './workspace.ts';

export type WorkspaceOf = (agentId: string) => Workspace;

/**
 * The memory has tools of its own, which keep one person's from another and know what a stranger made the agent remember. Beside
 * them the owner's own conversations may read its files, and nobody may write them.
 */
export async function openFor(
  workspaceOf: WorkspaceOf,
  { path: asked, context, to }: { path: string; context: ToolContext; to: 'read' | 'write' },
): Promise<Workspace> {
  const workspace = workspaceOf(context.agentId);
  const mayRead = to === 'read' && reachOf(context).home === '';
  if (!mayRead && isMemoryPath(await workspace.locate(asked)))
    throw new CuttleError('tool.denied', `"${asked}" belongs to the memory.`, {
      hint: 'Use memory_search, memory_get, memory_set and memory_append.',
    });
  return workspace;
}
