import type { IncomingHttpHeaders } from 'node:http';
import { signThinking } from '../anthropic/signature.ts';
import type { EmbeddingModel } from '../embedding-call.ts';
import { countPromptTokens } from '../model-call.ts';
import {
  defaultApiKey,
  type Dialect,
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
  type Routed,
} from '../model-server.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { rememberSignatures } from '../remember-signatures.ts';
import { wholeAnswer } from '../wire-frame.ts';
import type { BedrockModel } from './checked-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { routeInvoke } from './invoke.ts';
import { encodeError, refuse } from './refusal.ts';
import { type AwsCredentials, findSignatureFault } from './signed-request.ts';
import { toCall } from './to-call.ts';
import { type Refusal, type ValidationSetup, validateConverse } from './validate.ts';

export interface BedrockServerOptions extends ModelServerOptions {
  /** The models served; any other is refused. Empty serves every id. */
  readonly models?: readonly BedrockModel[];
  /** The models that embed texts, by InvokeModel. */
  readonly embeddingModels?: readonly EmbeddingModel[];
  /** The keys that may sign requests. `apiKeys` are Bedrock's own, which are sent as bearer tokens. */
  readonly credentials?: readonly AwsCredentials[];
  /** The region that signatures must name; `us-east-1` by default. */
  readonly region?: string;
  /** Milliseconds since the Unix epoch, which signatures are held against; this machine's time by default. */
  readonly now?: () => number;
}

export const bedrockModels: readonly BedrockModel[] = [
  { id: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', throughput: 'profile' },
  { id: 'us.anthropic.claude-opus-4-8', thinking: ['adaptive'], throughput: 'profile' },
  { id: 'us.amazon.nova-lite-v1:0', contextWindow: 300_000, maxOutputTokens: 10_000 },
  { id: 'us.meta.llama4-maverick-17b-instruct-v1:0', maxOutputTokens: 8192, results: 'apart' },
  { id: 'openai.gpt-oss-120b-1:0', contextWindow: 128_000, maxOutputTokens: 32_768 },
];

/** https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html */
export const bedrockEmbeddingModels: readonly EmbeddingModel[] = [
  { id: 'amazon.titan-embed-text-v2:0', dimensions: 1024, shorter: [512, 256] },
  { id: 'amazon.titan-embed-text-v1', dimensions: 1536, shorter: 'none' },
  { id: 'cohere.embed-english-v3', dimensions: 1024, shorter: 'none' },
  { id: 'cohere.embed-v4:0', dimensions: 1536, shorter: [256, 512, 1024] },
];

/** Known to the server and to nobody else: the example keys of Amazon's own documents. */
export const exampleCredentials: AwsCredentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/**
 * Opens Amazon Bedrock on 127.0.0.1: `POST /model/{modelId}/converse-stream` and `/converse`, `/invoke` of models that embed, and of the control plane
 * `GET /foundation-models` and `GET /inference-profiles`. Signatures and API keys are checked as the service checks them;
 * it says what the script says, and refuses what the service refuses, in its words where they are public.
 */
export function openBedrockServer(options: BedrockServerOptions): Promise<ModelServer> {
  const { models = bedrockModels, apiKeys = [defaultApiKey] } = options;
  const { embeddingModels = bedrockEmbeddingModels } = options;
  const { credentials = [exampleCredentials], region = 'us-east-1', now = Date.now } = options;
  const signatures = new Set<string>();
  const setup: ValidationSetup = {
    models,
    rules: options.rules ?? 'enforced',
    isSigned: (thought, signature) =>
      signature === signThinking(thought) || signatures.has(signature),
    countPrompt: (body) => countPromptTokens(toCall(body, { model: '', delivery: 'whole' })),
  };
  const desk: Desk = { setup, apiKeys, credentials, region, now };
  const dialect: Dialect = {
    basePath: '',
    encodeError,
    route: (request, headers) =>
      checkKey(request, headers, desk) ?? route(request, { ...setup, embeddingModels }),
  };
  return openModelServer(dialect, {
    ...options,
    apiKeys: [...apiKeys, ...credentials.map(({ accessKeyId }) => accessKeyId)],
    script: rememberSignatures(options.script, signatures),
  });
}

interface Desk {
  readonly setup: ValidationSetup;
  readonly apiKeys: readonly string[];
  readonly credentials: readonly AwsCredentials[];
  readonly region: string;
  readonly now: () => number;
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html */
function checkKey(
  { method, path, text }: RecordedRequest,
  headers: IncomingHttpHeaders,
  { apiKeys, credentials, region, now }: Desk,
): Routed | undefined {
  const { authorization } = headers;
  const refusal = (type: string, message: string): Routed =>
    reject({ status: 403, type, message, cause: 'condition' });
  if (authorization === undefined) {
    return refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const bearer = /^Bearer (.*)$/.exec(authorization)?.[1];
  if (bearer !== undefined) {
    const message = 'Authentication failed: Please make sure your API Key is valid.';
    return apiKeys.includes(bearer) ? undefined : refusal('AccessDeniedException', message);
  }
  const fault = findSignatureFault(
    { method, path, headers, body: text },
    { credentials, region, now: now() },
  );
  return fault && refusal(fault.type, fault.message);
}

function reject({ status, type, message, cause }: Refusal): Routed {
  return { kind: 'rejection', cause, message, answer: refuse(status, message, type) };
}

interface Setup extends ValidationSetup {
  readonly embeddingModels: readonly EmbeddingModel[];
}

function route(request: RecordedRequest, setup: Setup): Routed {
  const path = request.path.split('?')[0] ?? '';
  if (request.method === 'GET') {
    if (path === '/foundation-models') return listFoundationModels(setup);
    if (path === '/inference-profiles') return listProfiles(setup);
  }
  const [, id, action] = /^\/model\/([^/]+)\/(converse|converse-stream|invoke)$/.exec(path) ?? [];
  if (id === undefined || request.method !== 'POST') {
    const message = 'Unable to determine service/operation name to be authorized';
    return reject({ status: 403, type: 'AccessDeniedException', message, cause: 'rule' });
  }
  if (action === 'invoke')
    return routeInvoke(request.body, { id: decodeURIComponent(id), models: setup.embeddingModels });
  const delivery = action === 'converse-stream' ? 'stream' : 'whole';
  return routeConverse(request, { id: decodeURIComponent(id), delivery, setup });
}

interface ConverseCall {
  readonly id: string;
  readonly delivery: 'stream' | 'whole';
  readonly setup: ValidationSetup;
}

function routeConverse(request: RecordedRequest, { id, delivery, setup }: ConverseCall): Routed {
  if (request.body === undefined) {
    return reject({
      status: 400,
      type: 'SerializationException',
      message: 'The request body is not valid JSON.',
      cause: 'rule',
    });
  }
  const validated = validateConverse(request.body, id, setup);
  if (!validated.ok) return reject(validated.refusal);
  const reasoning = id.includes('anthropic.') ? 'signed' : 'unsigned';
  return {
    kind: 'call',
    call: toCall(validated.body, { model: id, delivery }),
    encode: (parts, context) => encodeAnswer(parts, { delivery, reasoning }, context),
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html */
function listFoundationModels({ models }: ValidationSetup): Routed {
  const modelSummaries = models.map(({ id, throughput }) => ({
    modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${baseOf(id)}`,
    modelId: baseOf(id),
    modelName: baseOf(id),
    providerName: baseOf(id).split('.')[0],
    inputModalities: ['TEXT', 'IMAGE'],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    customizationsSupported: [],
    inferenceTypesSupported: [throughput === 'profile' ? 'INFERENCE_PROFILE' : 'ON_DEMAND'],
    modelLifecycle: { status: 'ACTIVE' },
  }));
  return { kind: 'answer', answer: wholeAnswer(200, { modelSummaries }) };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html */
function listProfiles({ models }: ValidationSetup): Routed {
  const inferenceProfileSummaries = models
    .filter(({ id }) => baseOf(id) !== id)
    .map(({ id }) => ({
      inferenceProfileId: id,
      inferenceProfileName: id,
      inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${id}`,
      models: [{ modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${baseOf(id)}` }],
      status: 'ACTIVE',
      type: 'SYSTEM_DEFINED',
    }));
  return { kind: 'answer', answer: wholeAnswer(200, { inferenceProfileSummaries }) };
}

/** A profile's id is the model's behind the name of a part of the world. */
function baseOf(id: string): string {
  return id.replace(/^(?:us|eu|apac|global|jp|au|us-gov)\./, '');
}
