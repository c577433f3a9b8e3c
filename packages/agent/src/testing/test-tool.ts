import type { Effect, Tool, ToolContext, ToolOutput } from '@cuttle/core-types/ports';
import { defineTool } from '@cuttle/core-types/ports';
import { z } from 'zod';

export interface ToolRun {
  readonly input: unknown;
  readonly context: ToolContext;
  readonly signal: AbortSignal;
}
/** A tool that tells how it was used. */
export interface TestTool {
  readonly tool: Tool;
  readonly runs: readonly ToolRun[];
  /** Keys it was asked about. */
  readonly probed: readonly string[];
  /** How many run now. */
  readonly running: number;
}

export const NumberInput = z.strictObject({ n: z.int().default(0) });

export function testTool(
  name: string,
  options: {
    readonly effect?: Effect;
    readonly input?: z.ZodType;
    readonly run?: (run: ToolRun) => Promise<ToolOutput>;
    readonly probe?: (signal: AbortSignal) => Promise<'done' | 'absent' | 'unknown'>;
    readonly timeoutMs?: number;
    readonly maxOutputChars?: number;
  } = {},
): TestTool {
  const { effect = 'pure', input = NumberInput, run, probe, ...limits } = options;
  const runs: ToolRun[] = [];
  const probed: string[] = [];
  let running = 0;
  const tool = defineTool({
    name,
    description: `The tool ${name}.`,
    input,
    effect,
    risk: 'read',
    ...limits,
    async run(value, context, signal) {
      const seen = { input: value, context, signal };
      runs.push(seen);
      running += 1;
      try {
        return (await run?.(seen)) ?? { text: `${name} ${JSON.stringify(value)}` };
      } finally {
        running -= 1;
      }
    },
    ...(probe && {
      async probe(key: string, signal: AbortSignal) {
        probed.push(key);
        return probe(signal);
      },
    }),
  });
  return {
    tool,
    runs,
    probed,
    get running() {
      return running;
    },
  };
}
