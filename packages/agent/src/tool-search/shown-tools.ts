import { callsOf, type Message, type ToolResultPart } from '@cuttle/core-types';
import type { Tool } from '@cuttle/core-types/ports';
import { foundIn, toolSearchName } from './tool-search.ts';

/** What goes along with every request where tools are shown as they are needed. */
export type CoreTools = (name: string) => boolean;

/**
 * The tools whose schemas a model is shown: the core ones, and of the others those that a search in this transcript found or that were
 * called in it. It depends on nothing else, so a step that is asked again is asked with the same bytes, and a tool stays once it is there.
 */
export function shownTools(
  tools: readonly Tool[],
  messages: readonly Message[],
  isCore: CoreTools | undefined,
): readonly Tool[] {
  if (!isCore) return tools;
  const known = new Set<string>();
  for (const message of messages) {
    if (message.role === 'assistant') for (const { name } of callsOf(message)) known.add(name);
    if (message.role === 'tool')
      for (const part of message.parts) for (const name of foundBy(part)) known.add(name);
  }
  return tools.filter(({ name }) => name === toolSearchName || isCore(name) || known.has(name));
}

function foundBy({ name, ok, content }: ToolResultPart): readonly string[] {
  if (name !== toolSearchName || !ok) return [];
  return content.flatMap((part) => (part.type === 'text' ? foundIn(part.text) : []));
}
