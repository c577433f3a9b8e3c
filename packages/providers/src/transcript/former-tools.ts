import type { ToolSpec } from '@cuttle/core-types/ports';
import type { Turn } from './prepare-transcript.ts';

/**
 * Tools that were called in the transcript, not to be called again. Anthropic and Bedrock refuse calls and results in a
 * request that defines no tools.
 */
export function formerTools(turns: readonly Turn[]): readonly ToolSpec[] {
  const called = new Set<string>();
  for (const turn of turns) {
    if (turn.role !== 'assistant') continue;
    for (const part of turn.parts) if (part.type === 'tool-call') called.add(part.name);
  }
  return [...called].map((name) => ({
    name,
    description: 'Not available any more.',
    parameters: {},
  }));
}
