import type { ModelEvent, ModelProvider } from '@cuttle/core-types/ports';
import { createOpener } from './exchange/opener.ts';

/**
 * A provider whose code is loaded with its first request: of all that can be set up, a program uses one or two. Costs
 * nothing for the events after the first.
 */
export function createLazyProvider({
  id,
  dialect,
  load,
}: {
  readonly id: string;
  readonly dialect: string;
  load(): Promise<ModelProvider>;
}): ModelProvider {
  const provider = createOpener(load);
  return {
    id,
    dialect,
    stream: (request, signal) => ({
      [Symbol.asyncIterator]() {
        let answer: AsyncIterator<ModelEvent> | undefined;
        let isOver = false;
        const begin = async (): Promise<IteratorResult<ModelEvent>> => {
          signal.throwIfAborted();
          const { stream } = await provider();
          signal.throwIfAborted();
          if (isOver) return { done: true, value: undefined };
          answer ??= stream(request, signal)[Symbol.asyncIterator]();
          return answer.next();
        };
        return {
          next: () => answer?.next() ?? begin(),
          async return() {
            isOver = true;
            return answer?.return?.() ?? { done: true, value: undefined };
          },
        };
      },
    }),
    models: async (signal) => (await provider()).models(signal),
  };
}
