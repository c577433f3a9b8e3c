import { z } from 'zod';
import { type EmbeddingContent, type EmbeddingModel, takesDimensions } from '../embedding-call.ts';
import { isRecord } from '../json-schema-fault.ts';
import { countTokens } from '../token-count.ts';
import { type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import type { Refusal } from './refusal.ts';
import { unknownModel } from './validate.ts';

/** https://platform.openai.com/docs/api-reference/embeddings/create */
const mostTexts = 2048;
const mostTokens = 300_000;

const Body = z.looseObject({
  model: z.string(),
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(mostTexts),
    z.array(z.int()).min(1).max(mostTexts),
    z.array(z.array(z.int()).min(1)).min(1).max(mostTexts),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().positive().nullish(),
  user: z.string().nullish(),
});
type Body = z.infer<typeof Body>;

type VectorFormat = 'float' | 'base64';

type Validated =
  | { readonly ok: true; readonly call: EmbeddingContent; readonly format: VectorFormat }
  | Broken;
interface Broken {
  readonly ok: false;
  readonly status: number;
  readonly refusal: Refusal;
  readonly cause: 'rule' | 'condition';
}

/** Holds a request for embeddings against the form, the models and the limits. */
export function validateEmbeddings(
  raw: unknown,
  {
    models,
    isChatModel,
  }: { readonly models: readonly EmbeddingModel[]; isChatModel(id: string): boolean },
): Validated {
  if (!isRecord(raw) || raw['model'] === undefined)
    return broken('you must provide a model parameter');
  const parsed = Body.safeParse(raw);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? 'input');
    return broken(
      `'$.${field}' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.`,
    );
  }
  const { model: id, input, encoding_format, dimensions } = parsed.data;
  const model = models.find((served) => served.id === id);
  if (model === undefined)
    return isChatModel(id)
      ? {
          ...broken('You are not allowed to generate embeddings from this model'),
          status: 403,
          cause: 'condition',
        }
      : { ok: false, status: 404, refusal: unknownModel(id), cause: 'condition' };
  const texts = textsOf(input);
  const fault = dimensionsFault(dimensions, model) ?? sizeFault(texts, model);
  if (fault !== undefined) return fault;
  const call: EmbeddingContent = {
    dialect: 'openai',
    model: id,
    texts,
    dimensions: dimensions ?? model.dimensions,
  };
  return { ok: true, call, format: encoding_format ?? 'float' };
}

/** Tokens have no words here: each list of them is a text of its own. */
function textsOf(input: Body['input']): readonly string[] {
  if (typeof input === 'string') return [input];
  if (input.every((one) => typeof one === 'string')) return input;
  if (input.every((one) => typeof one === 'number')) return [input.join(' ')];
  return input.map((one) => (Array.isArray(one) ? one.join(' ') : String(one)));
}

function dimensionsFault(
  wanted: number | null | undefined,
  model: EmbeddingModel,
): Broken | undefined {
  if (wanted == null || takesDimensions(model, wanted)) return undefined;
  if (model.shorter === 'none') return broken('This model does not support specifying dimensions.');
  return broken(
    `Invalid value for 'dimensions' = ${wanted}. Must be less than or equal to ${model.dimensions}.`,
  );
}

function sizeFault(
  texts: readonly string[],
  { contextWindow }: EmbeddingModel,
): Broken | undefined {
  const counts = texts.map(countTokens);
  const longest = Math.max(...counts);
  const window = contextWindow ?? 8192;
  if (longest > window)
    return {
      ...broken(
        `This model's maximum context length is ${window} tokens, however you requested ${longest} tokens (${longest} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`,
      ),
      cause: 'condition',
    };
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum <= mostTokens) return undefined;
  return broken(`Invalid 'input': maximum request size is ${mostTokens} tokens per request.`);
}

function broken(message: string): Broken {
  return { ok: false, status: 400, refusal: { message, param: null, code: null }, cause: 'rule' };
}

export function encodeEmbeddings(
  vectors: readonly (readonly number[])[],
  { call, format }: { readonly call: EmbeddingContent; readonly format: VectorFormat },
): WireAnswer {
  const tokens = call.texts.reduce((sum, text) => sum + countTokens(text), 0);
  return wholeAnswer(200, {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'float' ? vector : toBase64(vector),
    })),
    model: call.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}
