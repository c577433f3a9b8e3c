import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configExample } from './example.ts';
import { toJsonSchema } from './json-schema.ts';
import { parseJson5, toValue } from './json5/tree.ts';
import { loadConfig } from './load-config.ts';
import { configReference, describeKeys } from './reference.ts';

const root = join(import.meta.dirname, '../../..');
const asFile = (text: string) => ({
  readText: (path: string) => Promise.resolve(path === '/h/cuttle.json5' ? text : undefined),
  findRealPath: (path: string) => Promise.resolve(path === '/h/cuttle.json5' ? path : undefined),
});
const env = {
  CUTTLE_TOKEN: '12345678',
  CUTTLE_HOOKS_TOKEN: '1234567890123456',
  KEY_A: 'a',
  KEY_B: 'b',
  TELEGRAM_BOT_TOKEN: '1:a',
};
const load = (text: string) => loadConfig({ file: '/h/cuttle.json5', env, files: asFile(text) });

describe('the reference', () => {
  it('tells of every key what it means', () => {
    expect(describeKeys().filter(({ description }) => description === '')).toEqual([]);
  });

  it('is what the schema says (pnpm vitest run packages/config -u writes it)', async () => {
    await expect(configReference()).toMatchFileSnapshot(join(root, 'docs/reference/config.md'));
  });
});

describe('the example', () => {
  it('is what the schema says (pnpm vitest run packages/config -u writes it)', async () => {
    await expect(configExample()).toMatchFileSnapshot(join(root, 'config.example.json5'));
  });

  it('is right, down to its last key', async () => {
    const { config, problems } = await load(configExample());
    expect(problems).toEqual([]);
    expect(config.agents.list.map(({ id }) => id)).toEqual(['main', 'second']);
  });

  it('is right with every key taken in', async () => {
    const all = configExample().replaceAll(/^( +)\/\/ (\w+: .+,)$/gm, '$1$2');
    const { config, problems } = await load(all);
    expect(problems).toEqual([]);
    expect(config.gateway.auth.token).toBe('12345678');
    expect(config.agents.defaults.limits).toEqual({
      maxSteps: 40,
      maxWallMs: 600_000,
      maxTokens: 200_000,
      toolTimeoutMs: 30_000,
    });
  });

  it('shows every key there is', () => {
    const text = configExample();
    const named = (path: string): string => path.split('.').at(-1)?.replace('[]', '') ?? '';
    expect(
      describeKeys().filter(({ path }) => !new RegExp(`\\b${named(path)}:`).test(text)),
    ).toEqual([]);
  });

  it('leaves to all agents what one of them does not say', async () => {
    const { config } = await load(
      `{ tools: { profile: 'full' }, agents: { list: [{ id: 'a', tools: { deny: ['x'] } }] } }`,
    );
    expect(config.agents.list[0]?.tools).toEqual({ deny: ['x'] });
  });

  it('stands for the defaults where it shows them', async () => {
    const {
      providers: _providers,
      logins: _logins,
      channels: _channels,
      agents: _agents,
      bindings: _bindings,
      persons: _persons,
      session: shownSession,
      hooks: shownHooks,
      ...shown
    } = (await load(configExample())).config;
    const {
      providers: _p,
      logins: _l,
      channels: _c,
      agents: _a,
      bindings: _b,
      persons: _s,
      session,
      hooks,
      ...defaults
    } = (await load('')).config;
    expect(shown).toEqual(defaults);
    expect({ ...shownSession, channels: {} }).toEqual(session);
    expect({ ...shownHooks, mappings: {} }).toEqual(hooks);
  });
});

describe('the JSON Schema', () => {
  it('knows the sections with their meanings, and asks for none of them', () => {
    expect(toJsonSchema()).toMatchObject({
      type: 'object',
      properties: {
        gateway: {
          properties: {
            port: {
              type: 'integer',
              default: 18_800,
              description: 'TCP port; 0 takes a free one.',
            },
          },
        },
      },
    });
    expect(toJsonSchema()).not.toHaveProperty('required');
    expect(toValue(parseJson5(JSON.stringify(toJsonSchema())))).toEqual(toJsonSchema());
  });
});
