import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Embeddings } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { GatewayDeps } from '../gateway-deps.ts';
import { requireScope } from '../require-scope.ts';
import { EmbeddingsRequest } from './embedding-wire.ts';

interface EmbeddingsCall {
  readonly principal: Principal;
  /** The body as text; parsed here. */
  readonly text: string;
}

/**
 * `POST /v1/embeddings`: nothing is stored but what it cost, and it ends when its client leaves.
 * Throws `access.denied`, `request.*`, `model.unknown`, `embeddings.unavailable`, `budget.*` or `provider.*`.
 */
export async function answerEmbeddings(
  deps: GatewayDeps,
  { principal, text }: EmbeddingsCall,
  gone: AbortSignal,
): Promise<Response> {
  // It spends the owner's money, as a message does.
  requireScope(principal, { name: 'embeddings', scope: 'operator.write' });
  const request = readRequest(text);
  const texts = textsOf(request);
  const { ref, agentId } = chooseModel(deps, request.model);
  const opened = deps.embedders.open(ref, { agentId, personId: principal.id });
  const answer = await opened.embedder.embed(
    {
      model: opened.model,
      texts,
      ...(request.dimensions != null && { dimensions: request.dimensions }),
    },
    gone,
  );
  return Response.json(toBody(answer, { model: opened.ref, format: request.encoding_format }));
}

function readRequest(text: string): EmbeddingsRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'The body is not valid JSON.', { cause: error });
  }
  const parsed = EmbeddingsRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
}

/** Tokens are numbers of one vendor's vocabulary, and the model behind this door may be another's. */
function textsOf({ input }: EmbeddingsRequest): readonly string[] {
  if (typeof input === 'string') return [input];
  const texts = input.filter((one) => typeof one === 'string');
  if (texts.length === input.length && texts.length > 0) return texts;
  throw new CuttleError('request.unsupported', 'input: lists of tokens cannot be embedded.', {
    hint: 'Send the texts themselves.',
  });
}

/** `cuttle` and `cuttle/<agent>` are embedded with the model of the configuration, any other is `<provider>/<model>`. */
function chooseModel(
  { settings }: GatewayDeps,
  model: string,
): { readonly ref: string | undefined; readonly agentId: string } {
  const { agentIds, defaultAgentId } = settings();
  if (model === 'cuttle') return { ref: undefined, agentId: defaultAgentId };
  if (!model.startsWith('cuttle/')) return { ref: model, agentId: defaultAgentId };
  const agentId = model.slice('cuttle/'.length);
  if (agentIds.includes(agentId)) return { ref: undefined, agentId };
  throw new CuttleError('model.unknown', `There is no agent "${agentId.slice(0, 100)}".`);
}

/** https://platform.openai.com/docs/api-reference/embeddings/object */
function toBody(
  { vectors, inputTokens }: Embeddings,
  { model, format }: { readonly model: string; readonly format: string | null | undefined },
): object {
  const encode = format === 'base64' ? toBase64 : (vector: Float32Array): number[] => [...vector];
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encode(vector),
    })),
    model,
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  };
}

/** Floats of 32 bits, the lowest byte first. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}
