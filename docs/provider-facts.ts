import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { userText, type UserPart } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ModelRequest } from '@cuttle/core-types/ports';
import {
  generateObject,
  type ProviderDefinition,
  providerDefinitions,
  providerPresets,
} from '@cuttle/providers';
import { z } from 'zod';

type Row = (...cells: readonly string[]) => string;
/** A request as it went out: what stands at the top of its JSON. */
type Body = Readonly<Record<string, unknown>>;

const never = new AbortController().signal;
/** Too short to be a picture, long enough to be found again. */
const bytes = Buffer.from('the bytes of a file').toString('base64');

/** Models that think, where a kind has some; a kind that is not named is asked for one that does not exist. */
const models: Readonly<Record<string, string>> = {
  anthropic: 'claude-sonnet-4-5',
  azure: 'gpt-5-mini',
  bedrock: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  gemini: 'gemini-3.5-flash',
  ollama: 'qwen3',
  openai: 'gpt-5-mini',
  'openai-responses': 'gpt-5-mini',
};

/**
 * What works with a kind, found by asking: each row says what its adapter sends for a request that wants it. So a page
 * cannot tell of what the code does not do.
 */
export async function providerFacts(kind: string, row: Row): Promise<readonly string[]> {
  const definition = providerDefinitions.find(({ id }) => id === kind);
  if (!definition) throw new TypeError(`There is no kind "${kind}".`);
  const ask = createAsk(definition);
  const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }];
  const plain = await ask({});
  const offered = await ask({ tools });
  return [
    row('What', 'How it is asked'),
    row('---', '---'),
    row('tools', added(plain, offered)),
    row(
      'a tool that must be called',
      added(
        offered,
        await ask({ tools, parameters: { toolChoice: 'required' } }),
        'cannot be said',
      ),
    ),
    ...(await mediaRows(ask, row)),
    row('thinking', added(plain, await ask({ thinking: 'high' }), 'not said')),
    row('prompt caching', cachingOf(plain, await ask({ tools, cacheKey: 'session' }))),
    row('a value of a schema', await schemaMode(definition, plain)),
    row(
      'transcription',
      definition.transcription?.model === undefined ? 'none' : code(definition.transcription.model),
    ),
    row('embeddings', definition.embeddings ? code(definition.embeddings.model ?? '') : 'none'),
    ...quirkRows(kind, row),
    row('models with known limits', knownModels(kind)),
  ];
}

const code = (text: string): string => (text === '' ? 'the model that you name' : `\`${text}\``);

type Ask = (wish: Partial<ModelRequest>) => Promise<Body>;

function createAsk(definition: ProviderDefinition): Ask {
  return async (wish) => {
    const request = { model: modelOf(definition), messages: [userText('Hi')], tools: [], ...wish };
    return sentBy(definition, async (provider) => {
      for await (const _ of provider.stream(request, never));
    });
  };
}

function modelOf({ id }: ProviderDefinition): string {
  return models[id] ?? 'any-model';
}

/** Asks with a network that keeps what it is given and turns it down. */
async function sentBy(
  { options, create }: ProviderDefinition,
  use: (provider: ReturnType<ProviderDefinition['create']>) => Promise<unknown>,
): Promise<Body> {
  const sent: Body[] = [];
  const settings = { apiKey: 'k', region: 'us-east-1', baseUrl: 'http://127.0.0.1:9/v1' };
  const { region: _region, baseUrl: _baseUrl, ...least } = settings;
  const isEnough = options.safeParse(least).success;
  const provider = create(isEnough ? { ...least, region: 'us-east-1' } : settings, {
    fetch: async (_input, init) => {
      sent.push(toRecord(await new Response(init?.body ?? '').json()));
      return Response.json({ error: { message: 'Nobody is let in here.' } }, { status: 401 });
    },
  });
  try {
    await use(provider);
  } catch (error) {
    if (!isCuttleError(error)) throw error;
  }
  const [first] = sent;
  if (!first) throw new TypeError('Nothing was sent.');
  return first;
}

/** What stands in the second request and not, or otherwise, in the first. */
function differing(before: unknown, after: unknown): readonly string[] {
  const [old, now] = [toRecord(before), toRecord(after)];
  return Object.keys(now).filter((key) => JSON.stringify(now[key]) !== JSON.stringify(old[key]));
}

function toRecord(value: unknown): Body {
  return z.record(z.string(), z.unknown()).catch({}).parse(value);
}

/** Settings that several things share are named with what they hold. */
const nests: ReadonlySet<string> = new Set(['generationConfig', 'options', 'toolConfig']);

function added(before: Body, after: Body, otherwise = 'no'): string {
  const names = differing(before, after).flatMap((key) =>
    nests.has(key) && before[key] !== undefined
      ? differing(before[key], after[key]).map((inner) => `${key}.${inner}`)
      : [key],
  );
  return names.length === 0 ? otherwise : names.map((name) => `\`${name}\``).join(', ');
}

async function mediaRows(ask: Ask, row: Row): Promise<readonly string[]> {
  const source = { kind: 'base64', data: bytes } as const;
  const parts: readonly (readonly [string, UserPart])[] = [
    ['images', { type: 'image', mimeType: 'image/png', source }],
    ['PDF documents', { type: 'document', mimeType: 'application/pdf', name: 'a.pdf', source }],
    ['audio', { type: 'audio', mimeType: 'audio/wav', source }],
  ];
  return Promise.all(
    parts.map(async ([name, part]) => {
      const body = await ask({ messages: [{ role: 'user', parts: [part] }] });
      const isSent = JSON.stringify(body).includes(bytes);
      return row(name, isSent ? 'sent as they are' : 'named in words');
    }),
  );
}

function cachingOf(plain: Body, body: Body): string {
  if (/"cache_control"|"cachePoint"/.test(JSON.stringify(body))) return 'marks in the request';
  const keys = differing(plain, body).filter((key) => key.includes('cache'));
  return keys.length > 0
    ? keys.map((key) => `\`${key}\``).join(', ')
    : 'left to the service; the same request has the same bytes';
}

async function schemaMode(definition: ProviderDefinition, plain: Body): Promise<string> {
  const schema = z.object({ city: z.string() });
  const request = { model: modelOf(definition), messages: [userText('Hi')], schema };
  const body = await sentBy(definition, (provider) => generateObject(request, provider, never));
  const ways = differing(plain, body).filter(
    (key) => !/^(?:messages|input|system|systemInstruction|instructions)$/.test(key),
  );
  return ways.map((way) => `\`${way}\``).join(', ');
}

function quirkRows(kind: string, row: Row): readonly string[] {
  const preset = providerPresets.find(({ id }) => id === kind);
  const quirks = Object.entries(preset?.quirks ?? {});
  if (quirks.length === 0) return [];
  const said = quirks.map(([name, value]) => `\`${name}: ${JSON.stringify(value)}\``);
  return [row('quirks that are set', said.join(', '))];
}

const Facts = z.object({
  kinds: z.record(z.string(), z.object({ models: z.array(z.object({ id: z.string() })) })),
});

function knownModels(kind: string): string {
  const file = join(import.meta.dirname, '../packages/providers/catalogue/facts.json');
  const { kinds } = Facts.parse(JSON.parse(readFileSync(file, 'utf8')));
  const known = kinds[kind === 'openai-responses' ? 'openai' : kind]?.models ?? [];
  return known.length === 0
    ? 'what you say under `models`'
    : known.map(({ id }) => code(id)).join(', ');
}
