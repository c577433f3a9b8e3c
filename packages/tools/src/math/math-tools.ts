import { defineTool, type Clock, type Tool } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { createLazyWorker } from '../lazy-worker.ts';
import { workerFile } from '../worker-file.ts';

/** Evaluates an expression to text. Throws `tool.failed` with what is wrong in it, or `tool.timeout`. */
export type Evaluate = (expression: string, signal: AbortSignal) => Promise<string>;

/**
 * An evaluator in a thread of its own, since an expression may be endless: it starts with the first expression and ends after
 * 30 s without one. `worker` is the file of the thread where it is not beside this package's own build.
 */
export function createMathEvaluator(
  { clock }: { readonly clock: Pick<Clock, 'sleep'> },
  options: { readonly worker?: URL; readonly timeoutMs?: number; readonly idleMs?: number } = {},
): { readonly evaluate: Evaluate } & AsyncDisposable {
  const worker = createLazyWorker<string>({
    url: options.worker ?? workerFile('math-worker'),
    clock,
    timeoutMs: options.timeoutMs ?? 10_000,
    maxHeapMb: 192,
    ...(options.idleMs !== undefined && { idleMs: options.idleMs }),
  });
  return {
    evaluate: (expression, signal) => worker.ask(expression, signal),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}

export function createMathTools({ evaluate }: { readonly evaluate: Evaluate }): readonly Tool[] {
  return [
    defineTool({
      name: 'math_eval',
      description:
        'Evaluates a mathematical expression exactly as written: arithmetic, functions, units, matrices, complex numbers, statistics.',
      input: z.strictObject({
        expression: z
          .string()
          .trim()
          .min(1)
          .max(2000)
          .describe('Such as "2 * (3 + 4)^2", "12.7 cm to inch" or "mean([1, 2, 3])".'),
      }),
      effect: 'pure',
      risk: 'read',
      timeoutMs: 20_000,
      async run({ expression }, _context, signal) {
        signal.throwIfAborted();
        return { text: await evaluate(expression, signal) };
      },
    }),
  ];
}
