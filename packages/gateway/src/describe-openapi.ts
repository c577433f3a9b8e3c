import type { Json } from '@cuttle/core-types';
import { FrameError, type Method, methods } from '@cuttle/core-types/protocol';
import { z } from 'zod';
import { AgentHook, HookAnswer, WakeHook } from './hooks/wire.ts';
import { ResponseRequest } from './openai/response-wire.ts';
import { EmbeddingsRequest } from './openai/embedding-wire.ts';
import { CompletionRequest } from './openai/wire.ts';

/** The HTTP side as an OpenAPI document: https://spec.openapis.org/oas/v3.1.0 */
export function describeOpenapi({ version, url }: { version: string; url: string }): Json {
  const calls = methods.filter(({ name }) => name !== 'connect');
  return {
    openapi: '3.1.0',
    info: { title: 'Cuttle', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url }],
    paths: {
      ...fixedPaths(),
      ...Object.fromEntries(calls.map((method) => [`/api/${method.name}`, toPath(method)])),
    },
    components: {
      schemas: { Failure: toSchema(z.object({ error: FrameError }), 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        hook: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'cuttle' },
      },
    },
  };
}

const known = [{ token: [] }, { cookie: [] }];
const failure = {
  default: {
    description: 'A failure with its code and the next step.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
  },
};

function toPath({ name, summary, scope, params, result }: Method): Json {
  return {
    post: {
      operationId: name,
      summary,
      ...(scope !== undefined && { description: `Needs the scope ${scope}.` }),
      security: known,
      requestBody: body(toSchema(params, 'input')),
      responses: {
        200: { description: 'Done.', ...body(toSchema(result, 'output')) },
        ...failure,
      },
    },
  };
}

function fixedPaths(): Record<string, Json> {
  return {
    '/health': { get: { summary: 'Alive.', responses: { 200: plain('Alive.') } } },
    '/ready': {
      get: {
        summary: 'Whether messages can be accepted.',
        responses: { 200: plain('They can.'), 503: plain('Not now; `reasons` says why.') },
      },
    },
    '/metrics': {
      get: {
        summary: 'Figures in the text format of Prometheus.',
        security: known,
        responses: { 200: plain('The figures.'), ...failure },
      },
    },
    '/v1/models': {
      get: {
        summary: 'Agents and models, as OpenAI lists them.',
        security: known,
        responses: { 200: plain('The list.') },
      },
    },
    '/v1/chat/completions': toOpenai('chat', {
      summary:
        'Chat Completions as OpenAI defines them; `x-cuttle-session` names a lasting session.',
      schema: CompletionRequest,
      answer: 'A completion, or its chunks as server-sent events.',
    }),
    '/v1/embeddings': toOpenai('embeddings', {
      summary: 'Embeddings as OpenAI defines them.',
      schema: EmbeddingsRequest,
      answer: 'A vector for each text.',
    }),
    '/hooks/agent': toHook('A message of another program to an agent.', AgentHook),
    '/hooks/wake': toHook('An event of another program for the main session.', WakeHook),
    '/v1/responses': toOpenai('responses', {
      summary: 'Responses as OpenAI defines them; `x-cuttle-session` names a lasting session.',
      schema: ResponseRequest,
      answer: 'A response, or its events as server-sent events.',
    }),
    '/hooks/{channel}/{account}': {
      post: {
        summary: 'Deliveries of a messenger, proved as the platform does it.',
        parameters: ['channel', 'account'].map((name) => ({
          name,
          in: 'path',
          required: true,
          schema: { type: 'string' },
        })),
        responses: { 200: plain('Kept.'), ...failure },
      },
    },
  };
}

const plain = (description: string): Json => ({ description });

function toOpenai(
  reference: string,
  {
    summary,
    schema,
    answer,
  }: { readonly summary: string; readonly schema: z.ZodType; readonly answer: string },
): Json {
  return {
    post: {
      summary,
      externalDocs: { url: `https://platform.openai.com/docs/api-reference/${reference}/create` },
      security: known,
      requestBody: body(toSchema(schema, 'input')),
      responses: { 200: plain(answer) },
    },
  };
}

function toHook(summary: string, hook: z.ZodType): Json {
  const key = { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } };
  return {
    post: {
      summary,
      security: [{ hook: [] }],
      parameters: [key],
      requestBody: body(toSchema(hook, 'input')),
      responses: {
        202: { description: 'Kept.', ...body(toSchema(HookAnswer, 'output')) },
        ...failure,
      },
    },
  };
}

function body(schema: Json): { content: Json } {
  return { content: { 'application/json': { schema } } };
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as Json; // a JSON Schema is JSON
}
