import { cut, type ModelServer, type Script, stall, text } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenGateway, openGateway } from './open-gateway.ts';

const story = 'The octopus has three hearts 🐙, and two of them pump blood through the gills.';
const pieces = story.match(/.{1,16}/gsu) ?? [];

const opened: (ModelServer | OpenGateway)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A gateway whose first model does what the script says, and whose second goes on where an answer was cut. */
async function openPair(
  script: Script,
): Promise<{ gateway: OpenGateway; first: ModelServer; second: ModelServer }> {
  const first = await openOpenaiServer({ script, models: [] });
  const second = await openAnthropicServer({
    script: ({ messages }) => {
      const shown = messages.findLast(({ role }) => role === 'assistant')?.text ?? '';
      return [text(story.slice(shown.length))];
    },
    models: [],
  });
  const gateway = await openGateway({
    config: {
      providers: {
        first: { kind: 'openai', baseUrl: first.url, apiKey: 'test-key' },
        second: { kind: 'anthropic', baseUrl: second.url, apiKey: 'test-key' },
      },
      agents: { defaults: { model: 'first/m', fallbacks: ['second/stand-in'] } },
    },
  });
  opened.push(first, second, gateway);
  return { gateway, first, second };
}

const Chunk = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish() }),
      finish_reason: z.string().nullable(),
    }),
  ),
});

function ask(
  gateway: OpenGateway,
  model: string,
  { signal = AbortSignal.timeout(30_000), stream = true } = {},
): Promise<Response> {
  return gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Tell me' }] }),
    signal,
  });
}

describe.each(['cuttle', 'first/m'])('a completion of %s', (model) => {
  it.each([
    ['before its first word', [cut()]],
    ['in the middle', [...pieces.slice(0, 3).map((piece) => text(piece)), cut()]],
    ['before its end', [...pieces.map((piece) => text(piece)), cut()]],
  ])('that is cut %s goes on at the fallback, on the same stream', async (_where, said) => {
    const { gateway, second } = await openPair(() => said);
    const response = await ask(gateway, model);
    expect(response.status).toBe(200);
    const records = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(
      ([, data = '']) => data,
    );
    expect(records.at(-1)).toBe('[DONE]');
    const chunks = records.slice(0, -1).flatMap((data) => Chunk.parse(JSON.parse(data)).choices);
    expect(chunks.map(({ delta }) => delta.content ?? '').join('')).toBe(story);
    expect(chunks.flatMap(({ finish_reason: reason }) => reason ?? [])).toEqual(['stop']);
    expect(second.calls).toHaveLength(1);
  });

  it('that is cut is whole where it is not streamed', async () => {
    const { gateway } = await openPair([[text(story.slice(0, 20)), cut()]]);
    const answer = z.object({
      choices: z.array(z.object({ message: z.object({ content: z.string() }) })),
    });
    const { choices } = answer.parse(await (await ask(gateway, model, { stream: false })).json());
    expect(choices.map(({ message }) => message.content)).toEqual([story]);
  });

  it('that its client leaves closes the request of the provider, and asks nobody else', async () => {
    const { gateway, first, second } = await openPair([[text(story.slice(0, 20)), stall()]]);
    const client = new AbortController();
    const response = await ask(gateway, model, { signal: client.signal });
    const reader = response.body?.getReader();
    let seen = '';
    const decoder = new TextDecoder();
    while (!seen.includes('octopus'))
      seen += decoder.decode((await reader?.read())?.value, { stream: true });
    client.abort();
    await first.requests[0]?.settled;
    expect(first.requests.map(({ outcome }) => outcome)).toEqual(['aborted']);
    expect(second.requests).toEqual([]);
  });
});
