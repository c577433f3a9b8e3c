import type { Transcriber } from '@cuttle/core-types/ports';
import { createPatience, type RetryDeps } from '../retrying.ts';

/** The same transcriber, which asks again after a failure that may pass, as `createRetrying` does. */
export function createRetryingTranscriber(transcriber: Transcriber, deps: RetryDeps): Transcriber {
  const waitOrThrow = createPatience(deps);
  return {
    id: transcriber.id,
    async transcribe(request, signal) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transcriber.transcribe(request, signal);
        } catch (error) {
          await waitOrThrow(error, attempt, signal);
        }
      }
    },
  };
}
