import type { Transcriber } from '@cuttle/core-types/ports';

/** A transcriber whose code is loaded with its first request. */
export function createLazyTranscriber({
  id,
  load,
}: {
  readonly id: string;
  load(): Promise<Transcriber>;
}): Transcriber {
  let loaded: Promise<Transcriber> | undefined;
  const forget = (error: unknown): never => {
    loaded = undefined;
    throw error;
  };
  return {
    id,
    async transcribe(request, signal) {
      signal.throwIfAborted();
      const transcriber = await (loaded ??= load().catch(forget));
      signal.throwIfAborted();
      return transcriber.transcribe(request, signal);
    },
  };
}
