import { z } from 'zod';
import type { Routed } from '../model-server.ts';
import { countTokens } from '../token-count.ts';
import { wholeAnswer } from '../wire-frame.ts';
import { refuse } from './encode-answer.ts';
import { capabilitiesOf, type OllamaModel, toFullName } from './installed-model.ts';

/** https://docs.ollama.com/api/embed */
const EmbedRequest = z.looseObject({
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(z.string())]).nullish(),
  truncate: z.boolean().nullish(),
  dimensions: z.int().nullish(),
  keep_alive: z.union([z.string(), z.number()]).nullish(),
});

/** https://github.com/ollama/ollama/blob/main/server/routes.go */
export function routeEmbed(
  raw: unknown,
  {
    installed,
    loaded,
  }: { readonly installed: ReadonlyMap<string, OllamaModel>; readonly loaded: Set<string> },
): Routed {
  const parsed = EmbedRequest.safeParse(raw);
  if (!parsed.success) return reject(400, 'invalid input type', 'rule');
  const { model: name, input, dimensions, truncate, keep_alive } = parsed.data;
  if (name == null || name === '') return reject(400, 'model is required', 'rule');
  const model = installed.get(toFullName(name));
  if (!model) return reject(404, `model "${name}" not found, try pulling it first`, 'condition');
  if (!capabilitiesOf(model).includes('embedding'))
    return reject(501, 'this model does not support embeddings', 'condition');
  const texts = typeof input === 'string' ? [input] : (input ?? []);
  if (truncate === false && isTooLong(texts, model))
    return reject(400, 'the input length exceeds the context length', 'condition');
  keep(keep_alive, toFullName(name), loaded);
  const call = {
    dialect: 'ollama',
    model: name,
    texts,
    dimensions: dimensions ?? model.dimensions ?? 768,
  } as const;
  const prompt_eval_count = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return {
    kind: 'embedding',
    call,
    encode: (embeddings) =>
      wholeAnswer(200, {
        model: name,
        embeddings,
        total_duration: 14_143_917,
        load_duration: 1_019_500,
        prompt_eval_count,
      }),
  };
}

function isTooLong(texts: readonly string[], { contextWindow = 2048 }: OllamaModel): boolean {
  return texts.some((text) => countTokens(text) > contextWindow);
}

function keep(
  keepAlive: string | number | null | undefined,
  name: string,
  loaded: Set<string>,
): void {
  if (keepAlive === 0 || keepAlive === '0') loaded.delete(name);
  else loaded.add(name);
}

function reject(status: number, message: string, cause: 'rule' | 'condition'): Routed {
  return { kind: 'rejection', cause, message, answer: refuse(status, message) };
}
