import { fixedClock, manualClock, text } from '@cuttle/testkit';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { describe, expect, it } from 'vitest';
import { choicesInEnvironment, detectProviders, ollamaUrl } from './detect-providers.ts';
import { providerDefinitions } from './definitions.ts';
import type { Fetch } from './exchange/strict-fetch.ts';

const signal = new AbortController().signal;
const nobody: Fetch = async () => {
  throw new TypeError('fetch failed');
};

/** Answers by the start of the address; nobody is anywhere else. */
function network(answers: Readonly<Record<string, () => Promise<Response> | Response>>): Fetch {
  return async (input) => {
    const address = input instanceof Request ? input.url : String(input);
    const found = Object.entries(answers).find(([start]) => address.startsWith(start));
    return found ? found[1]() : nobody(input);
  };
}

const tags = (): Response => Response.json({ models: [{ name: 'qwen3:8b' }] });

describe('the environment', () => {
  it('gives a choice for each key, the best first, without the key itself', () => {
    const choices = choicesInEnvironment({
      OPENAI_API_KEY: 'sk-secret',
      OPENAI_BASE_URL: 'http://127.0.0.1:9001/v1',
      ANTHROPIC_API_KEY: 'sk-ant-secret',
      GROQ_API_KEY: '  ',
    });
    expect(choices).toMatchObject([
      {
        kind: 'anthropic',
        settings: { apiKey: '${ANTHROPIC_API_KEY}' },
        reason: 'ANTHROPIC_API_KEY is set',
      },
      {
        kind: 'openai',
        settings: { apiKey: '${OPENAI_API_KEY}', baseUrl: 'http://127.0.0.1:9001/v1' },
        reason: 'OPENAI_API_KEY is set, OPENAI_BASE_URL names http://127.0.0.1:9001/v1',
      },
    ]);
    expect(JSON.stringify(choices)).not.toContain('secret');
  });

  it('takes the keys of Amazon last, and only where they are complete', () => {
    const signed = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' };
    expect(choicesInEnvironment(signed)).toEqual([]);
    const settingsOf = (env: Readonly<Record<string, string>>): readonly unknown[] =>
      choicesInEnvironment(env).map(({ kind, settings }) => [kind, settings]);
    expect(settingsOf({ ...signed, AWS_REGION: 'us-east-1', XAI_API_KEY: 'x' })).toEqual([
      ['xai', { apiKey: '${XAI_API_KEY}' }],
      [
        'bedrock',
        {
          accessKeyId: '${AWS_ACCESS_KEY_ID}',
          secretAccessKey: '${AWS_SECRET_ACCESS_KEY}',
          region: '${AWS_REGION}',
        },
      ],
    ]);
    expect(settingsOf({ ...signed, AWS_REGION: 'r', AWS_BEARER_TOKEN_BEDROCK: 'b' })).toEqual([
      ['bedrock', { apiKey: '${AWS_BEARER_TOKEN_BEDROCK}', region: '${AWS_REGION}' }],
    ]);
  });

  it.each([
    'https://res.openai.azure.com',
    ' https://res.openai.azure.com/ ',
    'https://res.openai.azure.com/openai/v1/',
  ])('takes a deployment of Azure at %s, once it has a name', async (endpoint) => {
    const env = {
      AZURE_OPENAI_API_KEY: 'secret',
      AZURE_OPENAI_ENDPOINT: endpoint,
      OPENAI_API_VERSION: '2024-10-21',
    };
    expect(choicesInEnvironment(env)).toEqual([]);
    const named = { ...env, AZURE_OPENAI_DEPLOYMENT_NAME: 'my-mini' };
    const [azure] = await detectProviders(named, { fetch: nobody, signal });
    expect(azure).toEqual({
      kind: 'azure',
      settings: {
        apiKey: '${AZURE_OPENAI_API_KEY}',
        baseUrl: 'https://res.openai.azure.com/openai/v1',
      },
      model: 'my-mini',
      reason:
        'AZURE_OPENAI_API_KEY is set, AZURE_OPENAI_ENDPOINT names https://res.openai.azure.com/openai/v1',
    });
  });

  it('takes a token that is for Copilot, and none that GitHub has for other things', () => {
    const others = { GH_TOKEN: 'g', GITHUB_TOKEN: 'g' };
    expect(choicesInEnvironment(others)).toEqual([]);
    expect(choicesInEnvironment({ ...others, COPILOT_GITHUB_TOKEN: 'c' })).toMatchObject([
      { kind: 'github-copilot', settings: { apiKey: '${COPILOT_GITHUB_TOKEN}' } },
    ]);
  });

  it('knows the variable of every service that needs nothing else, and settings that it accepts', () => {
    const keyed = providerDefinitions.filter(({ id, keyVariable }) => {
      const own = id !== 'openai-responses' && id !== 'azure' && id !== 'litellm';
      return keyVariable !== undefined && own;
    });
    const env = Object.fromEntries(keyed.map(({ keyVariable }) => [keyVariable, 'k']));
    const choices = choicesInEnvironment(env);
    expect(choices.map(({ kind }) => kind).toSorted()).toEqual(
      keyed.map(({ id }) => id).toSorted(),
    );
    for (const { kind, settings, model } of choices) {
      const definition = providerDefinitions.find(({ id }) => id === kind);
      expect(definition?.options.safeParse(settings).success).toBe(true);
      expect(model).not.toBe('');
    }
  });

  it('takes a key before a token of the same service', () => {
    const choices = choicesInEnvironment({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_AUTH_TOKEN: 't' });
    expect(choices.map(({ settings }) => settings)).toEqual([{ apiKey: '${ANTHROPIC_API_KEY}' }]);
  });

  it.each([
    [undefined, 'http://127.0.0.1:11434'],
    ['', 'http://127.0.0.1:11434'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:9000', 'http://127.0.0.1:9000'],
    [':9000', 'http://127.0.0.1:9000'],
    ['gpu.local', 'http://gpu.local:11434'],
    ['https://ollama.example.com', 'https://ollama.example.com'],
    ['http://gpu.local:1234/api/', 'http://gpu.local:1234/api'],
    ['[::1]:7000', 'http://[::1]:7000'],
    ['not a host', 'http://127.0.0.1:11434'],
  ])('names Ollama by OLLAMA_HOST=%s', (host, url) => {
    expect(ollamaUrl(host)).toBe(url);
  });
});

describe('detection', () => {
  it('falls back to the offline provider, with a reason', async () => {
    expect(await detectProviders({}, { fetch: nobody, signal })).toEqual([
      {
        kind: 'offline',
        settings: {},
        model: 'offline',
        reason: 'no key is set and no local model server answers',
      },
    ]);
  });

  it('finds servers on this machine behind keys', async () => {
    const fetch = network({
      'http://127.0.0.1:11434': tags,
      'http://127.0.0.1:1234': () =>
        Response.json({ data: [{ id: 'text-embed-1' }, { id: 'gemma-3' }] }),
    });
    const choices = await detectProviders({ ANTHROPIC_API_KEY: 'k' }, { fetch, signal });
    expect(choices.map(({ kind, model }) => [kind, model])).toEqual([
      ['anthropic', 'claude-sonnet-5-5'],
      ['ollama', 'qwen3:8b'],
      ['lmstudio', 'gemma-3'],
      ['offline', 'offline'],
    ]);
    expect(choices[1]?.reason).toBe('Ollama answers at http://127.0.0.1:11434');
  });

  it('makes settings that its kinds take', async () => {
    const env = {
      ANTHROPIC_API_KEY: 'k',
      OPENAI_API_KEY: 'k',
      GEMINI_API_KEY: 'k',
      XAI_API_KEY: 'k',
    };
    const fetch = network({ 'http://127.0.0.1:11434': tags });
    for (const { kind, settings } of await detectProviders(env, { fetch, signal })) {
      const definition = providerDefinitions.find(({ id }) => id === kind);
      expect(definition?.create(settings, {}).id).toBe(kind);
    }
  });

  it.each([
    ['a web page', () => new Response('<html></html>')],
    ['another list', () => Response.json({ models: 'none' })],
    ['an error', () => new Response('no', { status: 500 })],
    ['no model', () => Response.json({ models: [] })],
  ])('takes %s for no server', async (_what, answer) => {
    const fetch = network({ 'http://127.0.0.1:11434': answer });
    const choices = await detectProviders({}, { fetch, signal });
    expect(choices.map(({ kind }) => kind)).toEqual(['offline']);
  });

  it('does not wait for a server that says nothing', async () => {
    const clock = manualClock();
    const fetch = network({ 'http://127.0.0.1:11434': () => new Promise(() => undefined) });
    const detecting = detectProviders({}, { fetch, signal, clock });
    await clock.advance(300);
    expect((await detecting).map(({ kind }) => kind)).toEqual(['offline']);
    expect(clock.sleeping).toBe(0);
  });

  it('ends with the reason of an abort', async () => {
    const reason = new Error('enough');
    const detecting = detectProviders({}, { fetch: nobody, signal: AbortSignal.abort(reason) });
    await expect(detecting).rejects.toBe(reason);
  });

  it('finds real servers, and a model that another address has', async () => {
    await using ollama = await openOllamaServer({ script: [] });
    await using openai = await openOpenaiServer({
      script: () => [text('ok')],
      models: [{ id: 'local-1' }],
    });
    const env = {
      OPENAI_API_KEY: 'test-key',
      OPENAI_BASE_URL: openai.url,
      OLLAMA_HOST: new URL(ollama.url).host,
    };
    const clock = manualClock();
    const choices = await detectProviders(env, { fetch: globalThis.fetch, signal, clock });
    expect(choices.map(({ kind, model }) => [kind, model])).toEqual([
      ['openai', 'local-1'],
      ['ollama', 'llama3.2:latest'],
      ['offline', 'offline'],
    ]);
  });

  it('finds a model that Gemini has at another address', async () => {
    await using gemini = await openGeminiServer({ script: [], models: [{ id: 'local-1' }] });
    const env = { GOOGLE_API_KEY: 'test-key', GOOGLE_GEMINI_BASE_URL: gemini.url };
    const deps = { fetch: globalThis.fetch, signal, clock: manualClock() };
    const [first] = await detectProviders(env, deps);
    expect(first).toEqual({
      kind: 'gemini',
      settings: { apiKey: '${GOOGLE_API_KEY}', baseUrl: gemini.url },
      model: 'local-1',
      reason: `GOOGLE_API_KEY is set, GOOGLE_GEMINI_BASE_URL names ${gemini.url}`,
    });
  });

  it('keeps the usual model where another address lists none in time', async () => {
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const [first] = await detectProviders(env, { fetch: nobody, signal, clock: fixedClock() });
    expect(first).toMatchObject({ kind: 'openai', model: 'gpt-5-mini' });
  });
});
