import { z } from 'zod';
import { type EmbeddingContent, type EmbeddingModel, takesDimensions } from '../embedding-call.ts';
import type { Routed } from '../model-server.ts';
import { countTokens } from '../token-count.ts';
import { wholeAnswer } from '../wire-frame.ts';
import { refuse } from './refusal.ts';

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html */
const TitanBody = z.strictObject({
  inputText: z.string().min(1).max(50_000),
  dimensions: z.int().optional(),
  normalize: z.boolean().optional(),
  embeddingTypes: z.array(z.enum(['float', 'binary'])).optional(),
});

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html */
const CohereBody = z.strictObject({
  texts: z.array(z.string().min(1).max(2048)).min(1).max(96),
  input_type: z.enum(['search_document', 'search_query', 'classification', 'clustering']),
  truncate: z.enum(['NONE', 'START', 'END']).optional(),
  embedding_types: z.array(z.enum(['float', 'int8', 'uint8', 'binary', 'ubinary'])).optional(),
});
/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html */
const CohereV4Body = z.strictObject({
  ...CohereBody.shape,
  texts: z.array(z.string().min(1)).min(1).max(96),
  output_dimension: z.int().optional(),
});

interface Target {
  readonly id: string;
  readonly models: readonly EmbeddingModel[];
}

/** InvokeModel of the models that embed: its bodies are their vendors' own. */
export function routeInvoke(raw: unknown, { id, models }: Target): Routed {
  const model = models.find((served) => served.id === id);
  if (!model) return reject('The provided model identifier is invalid.', 'condition');
  return id.startsWith('amazon.') ? routeTitan(raw, model) : routeCohere(raw, model);
}

function routeTitan(raw: unknown, model: EmbeddingModel): Routed {
  const parsed = TitanBody.safeParse(raw);
  if (!parsed.success) return malformed(parsed.error);
  const { inputText, dimensions } = parsed.data;
  if (dimensions !== undefined && !takesDimensions(model, dimensions))
    return reject(
      `Malformed input request: #/dimensions: ${dimensions} is not a valid enum value, please reformat your input and try again.`,
      'rule',
    );
  const inputTextTokenCount = countTokens(inputText);
  return {
    kind: 'embedding',
    call: content(model, { texts: [inputText], dimensions }),
    encode: ([embedding = []]) =>
      wholeAnswer(
        200,
        { embedding, embeddingsByType: { float: embedding }, inputTextTokenCount },
        { 'x-amzn-bedrock-input-token-count': String(inputTextTokenCount) },
      ),
  };
}

function routeCohere(raw: unknown, model: EmbeddingModel): Routed {
  const isFourth = model.id.includes('v4');
  const parsed = (isFourth ? CohereV4Body : CohereBody).safeParse(raw);
  if (!parsed.success) return malformed(parsed.error);
  const { texts, input_type: purpose, embedding_types: types } = parsed.data;
  const { output_dimension: dimensions } = CohereV4Body.partial().parse(parsed.data);
  if (dimensions !== undefined && !takesDimensions(model, dimensions))
    return reject(
      `Malformed input request: #/output_dimension: ${dimensions} is not a valid enum value, please reformat your input and try again.`,
      'rule',
    );
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return {
    kind: 'embedding',
    call: content(model, { texts, dimensions, purpose }),
    encode: (vectors) =>
      wholeAnswer(
        200,
        {
          id: '00000000-0000-4000-8000-000000000000',
          texts,
          embeddings: types === undefined ? vectors : { float: vectors },
          response_type: types === undefined ? 'embeddings_floats' : 'embeddings_by_type',
        },
        { 'x-amzn-bedrock-input-token-count': String(tokens) },
      ),
  };
}

function content(
  model: EmbeddingModel,
  asked: {
    readonly texts: readonly string[];
    readonly dimensions: number | undefined;
    readonly purpose?: string;
  },
): EmbeddingContent {
  const { texts, dimensions = model.dimensions, purpose } = asked;
  return {
    dialect: 'bedrock',
    model: model.id,
    texts,
    dimensions,
    ...(purpose !== undefined && { purpose }),
  };
}

function malformed(error: z.ZodError): Routed {
  const [issue] = error.issues;
  const place = `#/${issue?.path.map(String).join('/') ?? ''}`;
  return reject(
    `Malformed input request: ${place}: ${issue?.message ?? ''}, please reformat your input and try again.`,
    'rule',
  );
}

function reject(message: string, cause: 'rule' | 'condition'): Routed {
  const answer = refuse(400, message, 'ValidationException');
  return { kind: 'rejection', cause, message, answer };
}
