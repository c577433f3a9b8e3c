import type { ModelInfo } from '@cuttle/core-types/ports';
import type OpenAI from 'openai';
import { fetchText } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import type { ExchangeDeps } from '../exchange/run-exchange.ts';
import { OpenaiModels } from './wire.ts';

/** https://platform.openai.com/docs/api-reference/models/list. Throws `provider.*`. */
export async function listModels(
  deps: ExchangeDeps,
  client: () => Promise<OpenAI>,
  signal: AbortSignal,
): Promise<readonly ModelInfo[]> {
  const text = await fetchText(
    deps,
    async (over) => (await client()).get('/models', { signal: over }).asResponse(),
    signal,
  );
  return toModels(readRecord(OpenaiModels, text, deps.service));
}

function toModels({ data }: OpenaiModels): readonly ModelInfo[] {
  return (data ?? []).map((model) => {
    const contextWindow = model.context_length ?? model.context_window ?? model.max_model_len;
    const maxOutputTokens = model.max_completion_tokens;
    return {
      id: model.id,
      ...(contextWindow != null && { contextWindow }),
      ...(maxOutputTokens != null && { maxOutputTokens }),
    };
  });
}
