import type {
  BedrockRuntimeClient,
  BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { firstKey } from '../common-options.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import type { BedrockOptions } from './options.ts';
import { isHttpRequest, toUrl, type WireRequest } from './wire-request.ts';

/** Sends requests with proof of who sends them. */
export interface BedrockClient {
  /** `body` is JSON. */
  converse(ask: ConverseAsk, signal: AbortSignal): Promise<Response>;
  /** A model's own API. `body` is JSON. */
  invoke(ask: InvokeAsk, signal: AbortSignal): Promise<Response>;
  /** A list of the control plane, such as `/foundation-models`. */
  list(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response>;
}

export interface InvokeAsk {
  readonly model: string;
  readonly body: string;
}

export interface ConverseAsk extends InvokeAsk {
  readonly delivery: 'stream' | 'whole';
}

/**
 * The official SDK, loaded here and nowhere else: it finds the address, the keys and signs. The body is ours, and so is
 * the reading of the answer: its requests go over the `fetch` that is given, and its answers come back unread. Its
 * retries are off.
 */
export async function openClient(options: BedrockOptions, fetch: Fetch): Promise<BedrockClient> {
  const { BedrockRuntimeClient: Client, ConverseStreamCommand } =
    await import('@aws-sdk/client-bedrock-runtime');
  const { baseUrl, controlUrl, headers } = options;
  const region = options.region ?? regionIn(baseUrl);
  const client = new Client({
    ...(region !== undefined && { region }),
    ...(baseUrl !== undefined && { endpoint: baseUrl }),
    ...proofOf(options),
    maxAttempts: 1,
    requestHandler: createFetchHandler(fetch),
  });
  leaveAnswersUnread(client);
  const send = async (
    model: string,
    change: (request: WireRequest) => void,
    abortSignal: AbortSignal,
  ): Promise<Response> => {
    const command = new ConverseStreamCommand({ modelId: model, messages: [] });
    command.middlewareStack.add(
      (next) => (args) => {
        if (!isHttpRequest(args.request)) throw new TypeError('The SDK made no HTTP request.');
        Object.assign(args.request.headers, headers);
        change(args.request);
        return next(args);
      },
      // Before its length is counted and it is signed.
      { step: 'build', priority: 'high', name: 'requestOfOurs' },
    );
    const output: unknown = await client.send(command, { abortSignal });
    // What `leaveAnswersUnread` puts in place of the SDK's own reading.
    return (output as { readonly answer: Response }).answer;
  };
  return {
    converse: ({ model, body, delivery }, signal) =>
      send(
        model,
        (request) => {
          if (delivery === 'whole') request.path = request.path.replace(/-stream$/, '');
          request.headers['content-type'] = 'application/json';
          request.body = body;
        },
        signal,
      ),
    invoke: ({ model, body }, signal) =>
      send(
        model,
        (request) => {
          request.path = request.path.replace(/\/converse-stream$/, '/invoke');
          request.headers['content-type'] = 'application/json';
          request.headers['accept'] = 'application/json';
          request.body = body;
        },
        signal,
      ),
    list: (path, query, signal) =>
      send('any', (request) => toList(request, { path, query, controlUrl }), signal),
  };
}

/** A custom address needs a region for its signatures, which no emulator and no proxy looks at closely. */
function regionIn(baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined;
  return (
    /^bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(new URL(baseUrl).hostname)?.[1] ?? 'us-east-1'
  );
}

/** A key that is set is the one that is used, whatever stands in the environment. */
function proofOf(options: BedrockOptions): BedrockRuntimeClientConfig {
  const { accessKeyId, secretAccessKey, sessionToken, profile } = options;
  const token = firstKey(options);
  if (token !== undefined) return { token: { token }, authSchemePreference: ['httpBearerAuth'] };
  const signed = { authSchemePreference: ['sigv4'] };
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const temporary = sessionToken === undefined ? {} : { sessionToken };
    return { ...signed, credentials: { accessKeyId, secretAccessKey, ...temporary } };
  }
  return profile === undefined ? {} : { ...signed, profile };
}

/** In place of the SDK's own connections, which speak HTTP/2 and know no guard. */
function createFetchHandler(fetch: Fetch): {
  handle(
    request: WireRequest,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Response } }>;
} {
  return {
    async handle(request, { abortSignal } = {}) {
      // `fetch` says these itself, in the same words.
      const { host: _host, 'content-length': _length, ...headers } = request.headers;
      const { method, body } = request;
      const answer = await fetch(toUrl(request), {
        method,
        headers,
        ...(body !== undefined && { body }),
        ...(abortSignal && { signal: abortSignal }),
      });
      const { status } = answer;
      // The SDK reads the date of an answer, and corrects its clock for the next signature.
      const date = answer.headers.get('date');
      const shown: Record<string, string> = date === null ? {} : { date };
      return { response: { statusCode: status, headers: shown, body: answer } };
    },
  };
}

function leaveAnswersUnread(client: BedrockRuntimeClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { response } = await next(args);
      // The answer of our own handler, which the types of the SDK do not follow to here.
      const { body: answer } = response as { readonly body: Response };
      const output = { $metadata: {}, answer };
      return { response, output };
    },
    { step: 'deserialize', name: 'deserializerMiddleware', override: true },
  );
}

/** The control plane has the address of the models, with another name: `bedrock` for `bedrock-runtime`. */
function toList(
  request: WireRequest,
  to: {
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly controlUrl: string | undefined;
  },
): void {
  request.method = 'GET';
  request.query = { ...to.query };
  delete request.body;
  delete request.headers['content-type'];
  const base = request.path.replace(/\/model\/any\/converse-stream$/, '');
  request.path = `${base}${to.path}`;
  request.hostname = request.hostname.replace(/^bedrock-runtime\b/, 'bedrock');
  if (to.controlUrl === undefined) return;
  const { protocol, hostname, port, pathname } = new URL(to.controlUrl);
  request.protocol = protocol;
  request.hostname = hostname;
  request.port = port === '' ? undefined : Number(port);
  request.path = `${pathname.replace(/\/$/, '')}${to.path}`;
}
