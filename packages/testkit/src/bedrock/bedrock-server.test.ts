import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import {
  cut,
  endEarly,
  failWith,
  htmlError,
  malformed,
  overloaded,
  rateLimited,
  stall,
  streamError,
  wrongContentType,
} from '../http-fault.ts';
import type { ModelServer } from '../model-server.ts';
import { finish, text, thinking, toolCall } from '../scripted-turns.ts';
import { signThinking } from '../anthropic/signature.ts';
import { exampleCredentials, openBedrockServer } from './bedrock-server.ts';

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const hello: ConverseCommandInput = {
  modelId,
  messages: [{ role: 'user', content: [{ text: 'hello' }] }],
};
const tools = [
  { toolSpec: { name: 'add', description: 'Adds.', inputSchema: { json: { type: 'object' } } } },
];

function clientOf(
  server: { readonly url: string },
  config: BedrockRuntimeClientConfig = {},
): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: exampleCredentials,
    authSchemePreference: ['sigv4'],
    maxAttempts: 1,
    // The SDK's own speaks HTTP/2.
    requestHandler: new NodeHttpHandler({}),
    ...config,
  });
}

async function streamOf(
  server: ModelServer,
  input: ConverseCommandInput = hello,
): Promise<readonly ConverseStreamOutput[]> {
  const { stream } = await clientOf(server).send(new ConverseStreamCommand(input));
  const events: ConverseStreamOutput[] = [];
  for await (const event of stream ?? []) events.push(event);
  return events;
}

describe('the Bedrock server, driven by the official SDK', () => {
  it('streams text in the deltas of the script', async () => {
    await using server = await openBedrockServer({
      script: [[text('Hel'), text('lo'), finish('stop', { usage: { inputTokens: 9 } })]],
    });

    const events = await streamOf(server);

    expect(events.map((event) => Object.keys(event)[0])).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(events.flatMap((event) => event.contentBlockDelta?.delta?.text ?? [])).toEqual([
      'Hel',
      'lo',
    ]);
    expect(events.at(-2)?.messageStop).toEqual({ stopReason: 'end_turn' });
    expect(events.at(-1)?.metadata?.usage).toMatchObject({ inputTokens: 9, outputTokens: 2 });
    server.assertDone();
  });

  it('signs what Claude thinks, and streams a call piece by piece', async () => {
    await using server = await openBedrockServer({
      script: [[thinking('let me '), thinking('see'), toolCall('add', { a: 1, b: 2 })]],
    });

    const events = await streamOf(server, { ...hello, toolConfig: { tools } });
    const deltas = events.flatMap((event) => event.contentBlockDelta?.delta ?? []);

    expect(deltas.flatMap(({ reasoningContent }) => reasoningContent ?? [])).toEqual([
      { text: 'let me ' },
      { text: 'see' },
      { signature: signThinking('let me see') },
    ]);
    expect(deltas.map(({ toolUse }) => toolUse?.input ?? '').join('')).toBe('{"a":1,"b":2}');
    expect(events.find((event) => event.contentBlockStart)?.contentBlockStart).toMatchObject({
      contentBlockIndex: 1,
      start: { toolUse: { name: 'add', toolUseId: expect.stringMatching(/^tooluse_\w{22}$/) } },
    });
    expect(events.at(-2)?.messageStop?.stopReason).toBe('tool_use');
  });

  it('answers whole', async () => {
    await using server = await openBedrockServer({
      script: [
        [
          thinking('hm'),
          text('Hel'),
          text('lo'),
          toolCall('add', { a: 1 }, { callId: 'c1' }),
          finish('tool-calls', { usage: { inputTokens: 20, cacheReadTokens: 15 } }),
        ],
      ],
    });

    const answer = await clientOf(server).send(new ConverseCommand(hello));

    expect(answer.output?.message?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'hm', signature: signThinking('hm') } } },
      { text: 'Hello' },
      { toolUse: { toolUseId: 'c1', name: 'add', input: { a: 1 } } },
    ]);
    expect(answer).toMatchObject({
      stopReason: 'tool_use',
      usage: { inputTokens: 5, cacheReadInputTokens: 15 },
    });
    expect(server.calls).toMatchObject([{ dialect: 'bedrock', model: modelId, delivery: 'whole' }]);
  });

  it('takes what was said and called back', async () => {
    await using server = await openBedrockServer({
      script: [[thinking('hm'), text('a'), toolCall('add', {}, { callId: 'c1' })], [text('b')]],
    });
    const client = clientOf(server);
    const first = await client.send(new ConverseCommand({ ...hello, toolConfig: { tools } }));

    await client.send(
      new ConverseCommand({
        modelId,
        toolConfig: { tools },
        system: [{ text: 'Be brief.' }],
        messages: [
          ...(hello.messages ?? []),
          { role: 'assistant', content: first.output?.message?.content },
          {
            role: 'user',
            content: [
              { toolResult: { toolUseId: 'c1', content: [{ text: '3' }, { json: { a: 3 } }] } },
              { text: 'well?' },
            ],
          },
        ],
      }),
    );

    expect(server.calls[1]).toMatchObject({
      system: 'Be brief.',
      messages: [
        { role: 'user', text: 'hello' },
        { role: 'assistant', text: 'a', calls: [{ callId: 'c1', name: 'add', input: {} }] },
        { role: 'tool', callId: 'c1', text: '3\n{"a":3}' },
        { role: 'user', text: 'well?' },
      ],
      tools: [{ name: 'add', description: 'Adds.', schema: { type: 'object' } }],
    });
    server.assertDone();
  });

  it('lists models and profiles', async () => {
    await using server = await openBedrockServer({ script: [] });
    const list = async (path: string): Promise<unknown> => {
      const headers = { authorization: 'Bearer test-key' };
      return (await fetch(`${server.url}${path}`, { headers })).json();
    };

    expect(await list('/foundation-models')).toMatchObject({
      modelSummaries: expect.arrayContaining([
        expect.objectContaining({ modelId: 'openai.gpt-oss-120b-1:0' }),
      ]),
    });
    expect(await list('/inference-profiles?maxResults=1000')).toMatchObject({
      inferenceProfileSummaries: expect.arrayContaining([
        expect.objectContaining({ inferenceProfileId: modelId, status: 'ACTIVE' }),
      ]),
    });
  });
});

describe('the Bedrock server, asked for proof', () => {
  const ask = (server: ModelServer, config: BedrockRuntimeClientConfig): Promise<unknown> =>
    clientOf(server, config).send(new ConverseCommand(hello));

  it('takes the signature of the SDK, also of a temporary key, and an API key', async () => {
    const temporary = { ...exampleCredentials, accessKeyId: 'ASIA1', sessionToken: 'token+/=' };
    await using server = await openBedrockServer({
      script: [[text('a')], [text('b')], [text('c')]],
      credentials: [exampleCredentials, temporary],
      region: 'eu-west-1',
    });

    await ask(server, { region: 'eu-west-1' });
    await ask(server, { region: 'eu-west-1', credentials: temporary });
    await ask(server, {
      token: { token: 'test-key' },
      authSchemePreference: ['httpBearerAuth'],
    });

    expect(server.requests.map(({ keyIndex }) => keyIndex)).toEqual([1, 2, 0]);
    expect(server.requests[1]?.headers).toMatchObject({
      authorization: '[secret]',
      'x-amz-security-token': '[secret]',
    });
    server.assertDone();
  });

  it.each<[string, BedrockRuntimeClientConfig, string, RegExp]>([
    [
      'a wrong secret',
      { credentials: { ...exampleCredentials, secretAccessKey: 'nope' } },
      'InvalidSignatureException',
      /signature we calculated does not match/,
    ],
    [
      'an unknown key',
      { credentials: { ...exampleCredentials, accessKeyId: 'AKIA0' } },
      'UnrecognizedClientException',
      /security token included in the request is invalid/,
    ],
    [
      'a token that belongs to no key',
      { credentials: { ...exampleCredentials, sessionToken: 'x' } },
      'UnrecognizedClientException',
      /security token/,
    ],
    [
      'another region',
      { region: 'eu-west-1' },
      'InvalidSignatureException',
      /scoped to a valid region/,
    ],
    [
      'a clock that is ten minutes slow',
      { systemClockOffset: -600_000 },
      'InvalidSignatureException',
      /Signature expired/,
    ],
    [
      'a clock that is ten minutes fast',
      { systemClockOffset: 600_000 },
      'InvalidSignatureException',
      /Signature not yet current/,
    ],
    [
      'a wrong API key',
      { token: { token: 'nope' }, authSchemePreference: ['httpBearerAuth'] },
      'AccessDeniedException',
      /make sure your API Key is valid/,
    ],
  ])('refuses %s', async (_what, config, name, message) => {
    await using server = await openBedrockServer({ script: [] });

    await expect(ask(server, config)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 403 },
    });
    expect(server.rejections).toMatchObject([{ status: 403, cause: 'condition' }]);
    server.assertDone();
  });

  it('refuses no proof at all, half a proof, and a body that was changed on the way', async () => {
    await using server = await openBedrockServer({ script: [] });
    const post = async (headers: Record<string, string>): Promise<unknown> => {
      const body = JSON.stringify({ messages: hello.messages });
      const path = `/model/${encodeURIComponent(modelId)}/converse`;
      const answer = await fetch(`${server.url}${path}`, { method: 'POST', body, headers });
      return { type: answer.headers.get('x-amzn-errortype')?.split(':')[0] };
    };

    expect(await post({})).toEqual({ type: 'MissingAuthenticationTokenException' });
    expect(await post({ authorization: 'AWS4-HMAC-SHA256 Credential=a' })).toEqual({
      type: 'IncompleteSignatureException',
    });
    const client = clientOf(server);
    client.middlewareStack.add(
      (next) => (args) => {
        // What leaves the middleware of the SDK is its HTTP request.
        const { request } = args as { request: { body: Uint8Array } };
        const body = new TextDecoder().decode(request.body);
        request.body = Buffer.from(body.replace('hello', 'jello'));
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(client.send(new ConverseCommand(hello))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });
});

describe('the Bedrock server, refusing', () => {
  it.each([
    [
      'an unknown model',
      { modelId: 'nobody.model-v1:0' },
      'The provided model identifier is invalid.',
    ],
    [
      'a model that is served by profile only',
      { modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0' },
      'Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.',
    ],
    [
      'a prompt beyond the context window',
      { messages: [{ role: 'user' as const, content: [{ text: 'word '.repeat(200_000) }] }] },
      'Input is too long for requested model.',
    ],
  ])('refuses %s', async (_what, change, message) => {
    await using server = await openBedrockServer({ script: [] });

    await expect(
      clientOf(server).send(new ConverseCommand({ ...hello, ...change })),
    ).rejects.toMatchObject({ name: 'ValidationException', message });
    expect(server.rejections).toMatchObject([{ status: 400, cause: 'condition', message }]);
    expect(server.calls).toEqual([]);
  });

  it('names a broken rule when it is asked whether all is well', async () => {
    await using server = await openBedrockServer({ script: [] });
    const empty = { ...hello, messages: [{ role: 'user' as const, content: [{ text: ' ' }] }] };
    await clientOf(server)
      .send(new ConverseCommand(empty))
      .catch(() => undefined);

    expect(() => server.assertDone()).toThrow(/text field in the ContentBlock object/);
  });

  it('refuses another path, another method and what is no JSON', async () => {
    await using server = await openBedrockServer({ script: [] });
    const ask = async (method: string, path: string, body?: string): Promise<unknown> => {
      const headers = { authorization: 'Bearer test-key' };
      const answer = await fetch(`${server.url}${path}`, {
        method,
        headers,
        ...(body && { body }),
      });
      return [answer.status, answer.headers.get('x-amzn-errortype')?.split(':')[0]];
    };

    expect(await ask('GET', '/nothing')).toEqual([403, 'AccessDeniedException']);
    expect(await ask('GET', '/model/m/converse')).toEqual([403, 'AccessDeniedException']);
    expect(await ask('POST', '/model/m/converse', '{')).toEqual([400, 'SerializationException']);
  });
});

describe('the Bedrock server, failing as the script says', () => {
  it('answers with the exceptions of the service, and HTML from a proxy', async () => {
    await using server = await openBedrockServer({
      script: [rateLimited(7), overloaded(), failWith(503), failWith(424), htmlError()],
    });
    const failure = (): Promise<unknown> =>
      clientOf(server)
        .send(new ConverseCommand(hello))
        .catch((error: unknown) => error);

    expect(await failure()).toMatchObject({ name: 'ThrottlingException' });
    expect(await failure()).toMatchObject({ $metadata: { httpStatusCode: 529 } });
    expect(await failure()).toMatchObject({ name: 'ServiceUnavailableException' });
    expect(await failure()).toMatchObject({ name: 'ModelErrorException' });
    expect(await failure()).toMatchObject({ $metadata: { httpStatusCode: 502 } });
  });

  it.each([
    ['cut', cut()],
    ['cut in the middle of a message', cut({ afterBytes: 300 })],
    ['cut after some messages', cut({ afterEvents: 2 })],
  ])('breaks a stream: %s', async (_how, fault) => {
    await using server = await openBedrockServer({ script: [[text('a'), text('b'), fault]] });

    await expect(streamOf(server)).rejects.toThrow(/aborted|terminated|closed|Truncated/i);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('ends a stream too soon', async () => {
    await using server = await openBedrockServer({ script: [[text('a'), endEarly()]] });

    expect((await streamOf(server)).some((event) => event.messageStop)).toBe(false);
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('stalls until the client leaves, and sees it leave', async () => {
    await using server = await openBedrockServer({ script: [[text('a'), stall()]] });
    const stop = new AbortController();
    const sent = clientOf(server).send(new ConverseStreamCommand(hello), {
      abortSignal: stop.signal,
    });
    const { stream } = await sent;
    for await (const event of stream ?? []) if (event.contentBlockDelta) break;
    stop.abort();

    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('aborted');
  });

  it('says in the stream that something failed', async () => {
    await using server = await openBedrockServer({
      script: [
        [text('a'), streamError()],
        [text('a'), streamError('Too many tokens', 'throttlingException')],
      ],
    });

    await expect(streamOf(server)).rejects.toMatchObject({ name: 'ServiceUnavailableException' });
    await expect(streamOf(server)).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Too many tokens',
    });
  });

  it('sends a message whose checksum is wrong', async () => {
    await using server = await openBedrockServer({ script: [[text('a'), malformed()]] });

    await expect(streamOf(server)).rejects.toThrow(/checksum/);
  });

  it('sends a wrong content type', async () => {
    await using server = await openBedrockServer({ script: [[wrongContentType(), text('a')]] });
    const answer = await fetch(
      `${server.url}/model/${encodeURIComponent(modelId)}/converse-stream`,
      {
        method: 'POST',
        headers: { authorization: 'Bearer test-key' },
        body: JSON.stringify({ messages: hello.messages }),
      },
    );

    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(await answer.text()).toContain('messageStop');
  });
});
