import { userText } from '@cuttle/core-types';
import { toErrorBody } from '@cuttle/core-types/errors';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Models } from './model-source.ts';

/** Asks a model for one word, to see whether it answers and how fast. */
export async function testModel(
  models: Models,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<ResultOf<'models.test'>> {
  const ref = wanted ?? models.fallback().ref;
  const startedAt = performance.now();
  try {
    const { provider, model } = models.resolve(ref);
    const request = {
      model,
      messages: [userText('Answer with the single word: ready')],
      tools: [],
    };
    let text = '';
    let firstTokenMs: number | undefined;
    for await (const event of provider.stream(request, signal)) {
      if (event.type !== 'text.delta') continue;
      firstTokenMs ??= Math.round(performance.now() - startedAt);
      text += event.text;
    }
    const totalMs = Math.round(performance.now() - startedAt);
    return {
      model: ref,
      ok: true,
      text,
      totalMs,
      ...(firstTokenMs !== undefined && { firstTokenMs }),
    };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, hint = '' } = toErrorBody(error);
    return { model: ref, ok: false, error: { code, message, hint } };
  }
}
