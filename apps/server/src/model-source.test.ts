import { userText } from '@cuttle/core-types';
import { createRouteHealth } from '@cuttle/providers';
import { createLogins } from '@cuttle/providers/login';
import { openCredentialFiles } from '@cuttle/security/credentials';
import { describe, expect, it } from 'vitest';
import { createModels, type Models, type ProviderEntry } from './model-source.ts';
import { nodeClock } from './node-clock.ts';

const signal = new AbortController().signal;
const clock = nodeClock;
const entry = (kind: string, more: object = {}): ProviderEntry => ({
  id: kind,
  kind,
  settings: { apiKey: 'k', ...more },
  models: [],
});
const entries = [
  entry('anthropic'),
  entry('openrouter'),
  entry('bedrock', { region: 'us-east-1' }),
  entry('groq', { models: [{ id: 'openai/gpt-oss-120b', contextWindow: 1000 }] }),
];

function modelsBehind(fetch: typeof globalThis.fetch): Models {
  const logins = createLogins({
    // Nobody is asked: every provider has a key.
    files: openCredentialFiles('nowhere', { clock }),
    fetch,
    clock,
    settings: () => ({}),
  });
  const health = createRouteHealth({ clock, random: Math.random });
  return createModels(
    { clock, random: Math.random, health, logins, fetch },
    { entries, fallback: { ref: 'anthropic/claude-sonnet-4-5', reason: 'a test' } },
  );
}

const tooLong = {
  type: 'error',
  error: { type: 'invalid_request_error', message: 'prompt is too long: 250000 tokens > 200000' },
};
const answer = [
  { choices: [{ index: 0, delta: { content: 'It fits.' }, finish_reason: 'stop' }] },
  { choices: [], usage: { prompt_tokens: 250_000, completion_tokens: 3, total_tokens: 250_003 } },
];

describe('the models of a configuration', () => {
  it('know what their vendors publish of them, without a word in the settings', async () => {
    const { findFacts } = modelsBehind(fetch);
    const windows = async (...refs: readonly string[]): Promise<readonly unknown[]> =>
      Promise.all(refs.map(async (ref) => (await findFacts(ref))?.contextWindow));
    expect(
      await windows(
        'anthropic/claude-sonnet-4-5-20250929',
        'openrouter/anthropic/claude-sonnet-4.5',
        'openrouter/google/gemini-2.5-pro',
        'bedrock/us.anthropic.claude-opus-4-8',
        'groq/openai/gpt-oss-120b',
        'openrouter/nobody/knows',
      ),
    ).toEqual([200_000, 1_000_000, 1_048_576, 1_000_000, 1000, undefined]);
  });

  it('go on from one that a request is too long for to one that takes more', async () => {
    const asked: string[] = [];
    const models = modelsBehind(async (input) => {
      const { host } = new URL(input instanceof Request ? input.url : input);
      asked.push(host);
      if (host === 'api.anthropic.com') return Response.json(tooLong, { status: 400 });
      return new Response(answer.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''));
    });
    const { provider, model } = models.resolve('anthropic/claude-sonnet-4-5', [
      'groq/openai/gpt-oss-120b',
      'openrouter/anthropic/claude-sonnet-5.5',
    ]);
    let said = '';
    const request = { model, messages: [userText('Hi')], tools: [] };
    for await (const event of provider.stream(request, signal))
      if (event.type === 'text.delta') said += event.text;
    expect({ said, asked }).toEqual({
      said: 'It fits.',
      asked: ['api.anthropic.com', 'openrouter.ai'],
    });
  });
});
