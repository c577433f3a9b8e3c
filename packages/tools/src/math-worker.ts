import { parentPort } from 'node:worker_threads';
import type { Reply, Request } from './worker-message.ts';
import { evaluateExpression } from './math/evaluate-expression.ts';

// The body of the thread that evaluates expressions.
parentPort?.on('message', ({ input }: Request<string>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(evaluate(input));
});

function evaluate(expression: string): Reply {
  try {
    return { ok: true, output: evaluateExpression(expression) };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'It could not be evaluated.';
    return { ok: false, message: message.slice(0, 500) };
  }
}
