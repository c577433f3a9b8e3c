import { z } from 'zod';
import { type EmbeddingContent, type EmbeddingModel, takesDimensions } from '../embedding-call.ts';
import type { Routed } from '../model-server.ts';
import { countTokens } from '../token-count.ts';
import { wholeAnswer } from '../wire-frame.ts';
import { toCamelCase } from './field-names.ts';
import { type Refusal, refuse } from './refusal.ts';
import { toSchemaRefusal } from './schema-refusal.ts';

interface Target {
  readonly id: string;
  readonly models: readonly EmbeddingModel[];
}

/** https://ai.google.dev/api/embeddings#tasktype */
const TaskType = z.enum([
  'TASK_TYPE_UNSPECIFIED',
  'RETRIEVAL_QUERY',
  'RETRIEVAL_DOCUMENT',
  'SEMANTIC_SIMILARITY',
  'CLASSIFICATION',
  'CLUSTERING',
  'QUESTION_ANSWERING',
  'FACT_VERIFICATION',
  'CODE_RETRIEVAL_QUERY',
]);
const EmbedRequest = z.strictObject({
  model: z.string().optional(),
  content: z.strictObject({
    role: z.string().optional(),
    parts: z.array(z.looseObject({ text: z.string().optional() })).optional(),
  }),
  taskType: TaskType.optional(),
  title: z.string().optional(),
  outputDimensionality: z.int().optional(),
});
type EmbedRequest = z.infer<typeof EmbedRequest>;
const BatchRequest = z.strictObject({ requests: z.array(EmbedRequest).optional() });

const mostRequests = 100;

/** `embedContent` and `batchEmbedContents`. https://ai.google.dev/api/embeddings */
export function routeEmbed(
  raw: unknown,
  { id, models, delivery }: Target & { readonly delivery: 'one' | 'several' },
): Routed {
  const named = toCamelCase(raw);
  const schema = delivery === 'one' ? EmbedRequest : BatchRequest;
  const parsed = schema.safeParse(named);
  if (!parsed.success) return reject(400, toSchemaRefusal(parsed.error, named), 'rule');
  const requests: readonly EmbedRequest[] =
    'content' in parsed.data ? [parsed.data] : (parsed.data.requests ?? []);
  const fault = faultOf(requests, id);
  if (fault !== undefined) return reject(400, { message: fault }, 'rule');
  const [first] = requests;
  return answerOr(
    { id, models },
    {
      texts: requests.map(textOf),
      purpose: first?.taskType,
      dimensions: first?.outputDimensionality,
      encode(vectors) {
        const embeddings = vectors.map((values) => ({ values }));
        return delivery === 'one' ? { embedding: embeddings[0] } : { embeddings };
      },
    },
  );
}

function textOf({ content: { parts = [] } }: EmbedRequest): string {
  return parts.map(({ text = '' }) => text).join('');
}

function faultOf(requests: readonly EmbedRequest[], id: string): string | undefined {
  if (requests.length === 0)
    return '* BatchEmbedContentsRequest.requests: at least one request is required\n';
  if (requests.length > mostRequests)
    return `* BatchEmbedContentsRequest.requests: at most ${mostRequests} requests can be in one batch\n`;
  const odd = requests.findIndex(({ model }) => model !== undefined && model !== `models/${id}`);
  if (odd >= 0)
    return `* BatchEmbedContentsRequest.requests[${odd}].model: model in the request must match the model in the URL\n`;
  const empty = requests.findIndex((request) => textOf(request) === '');
  return empty < 0
    ? undefined
    : `* EmbedContentRequest.content: contents is not specified\n* BatchEmbedContentsRequest.requests[${empty}].content: contents is not specified\n`;
}

const PredictRequest = z.strictObject({
  instances: z.array(
    z.strictObject({
      content: z.string().min(1),
      taskType: TaskType.optional(),
      title: z.string().optional(),
    }),
  ),
  parameters: z
    .strictObject({
      autoTruncate: z.boolean().optional(),
      outputDimensionality: z.int().optional(),
    })
    .optional(),
});

/** `predict` at Vertex AI. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
export function routePredict(raw: unknown, { id, models }: Target): Routed {
  const named = toCamelCase(raw);
  const parsed = PredictRequest.safeParse(named);
  if (!parsed.success) return reject(400, toSchemaRefusal(parsed.error, named), 'rule');
  const { instances, parameters } = parsed.data;
  const most = id.startsWith('gemini-') ? 1 : 250;
  if (instances.length === 0 || instances.length > most)
    return reject(
      400,
      {
        message: `${instances.length} instance(s) is not allowed in one prediction; ${most} at most.`,
      },
      'rule',
    );
  return answerOr(
    { id, models },
    {
      texts: instances.map(({ content }) => content),
      purpose: instances[0]?.taskType,
      dimensions: parameters?.outputDimensionality,
      encode: (vectors) => ({
        predictions: vectors.map((values, at) => ({
          embeddings: {
            values,
            statistics: {
              truncated: false,
              token_count: countTokens(instances[at]?.content ?? ''),
            },
          },
        })),
      }),
    },
  );
}

function answerOr(
  { id, models }: Target,
  asked: {
    readonly texts: readonly string[];
    readonly purpose: string | undefined;
    readonly dimensions: number | undefined;
    encode(vectors: readonly (readonly number[])[]): object;
  },
): Routed {
  const model = models.find((served) => served.id === id);
  if (!model)
    return reject(
      404,
      {
        message: `models/${id} is not found for API version v1beta, or is not supported for embedContent. Call ListModels to see the list of available models and their supported methods.`,
      },
      'condition',
    );
  const { texts, purpose, dimensions = model.dimensions } = asked;
  if (dimensions !== model.dimensions && !takesDimensions(model, dimensions))
    return reject(
      400,
      { message: `outputDimensionality must be less than or equal to ${model.dimensions}.` },
      'rule',
    );
  const call: EmbeddingContent = {
    dialect: 'gemini',
    model: id,
    texts,
    dimensions,
    ...(purpose !== undefined && { purpose }),
  };
  return {
    kind: 'embedding',
    call,
    encode: (vectors) => wholeAnswer(200, asked.encode(vectors)),
  };
}

function reject(status: number, refusal: Refusal, cause: 'rule' | 'condition'): Routed {
  const answer = refuse(status, refusal, 'whole');
  return { kind: 'rejection', cause, message: refusal.message, answer };
}
