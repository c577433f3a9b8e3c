import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { configSchema, type ConfigInput } from '@cuttle/config';
import { createLogins, type Logins, type StoredLogin } from '@cuttle/providers/login';
import { openCredentialFiles } from '@cuttle/security/credentials';
import { openOauthServer, type OauthServer } from '@cuttle/testkit/oauth';
import { createRouteHealth } from '@cuttle/providers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseModels } from './choose-models.ts';
import { createLog } from './log.ts';
import type { Models } from './model-source.ts';
import { nodeClock } from './node-clock.ts';

const signal = new AbortController().signal;
let folder: string;
let server: OauthServer;
let logins: Logins;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-logins-'));
  // A token is due from its first second on.
  server = await openOauthServer({ accessMs: 60_000 });
  logins = createLogins({
    files: openCredentialFiles(folder, { clock: nodeClock }),
    fetch,
    clock: nodeClock,
    settings: () => ({ clientId: 'test-client', tokenUrl: server.tokenUrl }),
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A login as its page would give it. */
async function logIn(): Promise<StoredLogin> {
  const device = await ask(server.deviceUrl, {});
  server.confirm(device['user_code'] ?? '');
  const given = await ask(server.tokenUrl, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device['device_code'] ?? '',
  });
  const { access_token: accessToken = '', refresh_token: refreshToken = '' } = given;
  return { accessToken, refreshToken, expiresAt: nodeClock.now() + 60_000, savedAt: 0 };
}

async function ask(
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const body = new URLSearchParams({ client_id: 'test-client', ...fields });
  const answer = await fetch(url, { method: 'POST', body });
  return (await answer.json()) as Record<string, string>; // what the test reads of it are texts
}

describe('two processes over one login', () => {
  it('never spend one refresh token twice', async () => {
    await logins.save({ login: 'google', profile: 'ann', stored: await logIn() }, signal);
    const program = fileURLToPath(new URL('login-program.ts', import.meta.url));
    const start = async (): Promise<string[]> => {
      const args = ['--conditions=@cuttle/source', program, folder, server.tokenUrl];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      return (await readAll(child.stdout)).trim().split('\n');
    };
    const tokens = (await Promise.all([start(), start()])).flat();
    expect(tokens).toHaveLength(16);
    expect(tokens.filter((token) => !server.accepts(token))).toEqual([]);
    const spent = server.asked.flatMap(({ fields }) => fields['refresh_token'] ?? []);
    expect(new Set(spent).size).toBe(spent.length);
    expect(spent.length).toBeGreaterThanOrEqual(8);
    expect(server.rejections).toEqual([]);
    expect((await readdir(folder)).toSorted()).toEqual(['google.json', 'google.lock']);
  }, 60_000);
});

async function choose(
  config: ConfigInput,
  env: Readonly<Record<string, string>> = {},
): Promise<Models> {
  const deps = { clock: nodeClock, random: () => 0.5, logins };
  const health = createRouteHealth({
    clock: deps.clock,
    random: deps.random,
    onMemoryError: () => undefined,
  });
  const saved = await logins.list();
  return chooseModels(
    { ...deps, health, fetch },
    { config: configSchema.parse(config), env, saved },
  );
}

const key: StoredLogin = { accessToken: 'sk-or-1234567890', savedAt: 0 };

describe('the models of who is logged in', () => {
  it('are used where no key is set, and the choice is told', async () => {
    await logins.save({ login: 'openrouter', profile: 'work', stored: key }, signal);
    const models = await choose({});
    expect(models.fallback()).toEqual({
      ref: 'openrouter/anthropic/claude-sonnet-4.5',
      reason: 'a login is saved: OpenRouter',
    });
    expect(models.entries[0]).toMatchObject({ kind: 'openrouter', login: 'openrouter/work' });
    const { ref } = (await choose({}, { OPENAI_API_KEY: 'sk-1' })).fallback();
    expect(ref).toBe('openai/gpt-5-mini');
  });

  it('name the account of a subscription', async () => {
    const stored = { accessToken: 'at', accountId: 'acc-1', savedAt: 0 };
    await logins.save({ login: 'chatgpt', profile: 'me', stored }, signal);
    expect((await choose({})).entries[0]?.settings).toEqual({ chatgptAccountId: 'acc-1' });
    const provider = { kind: 'openai-responses', login: 'me' };
    const { entries } = await choose({ providers: { mine: provider } });
    expect(entries[0]?.settings).toEqual({ chatgptAccountId: 'acc-1' });
  });

  it('are not held to what befell a login that another took the place of', async () => {
    const reports: string[] = [];
    const providers = { mine: { kind: 'openrouter', login: 'home', models: [{ id: 'm' }] } };
    for (const savedAt of [1, 2]) {
      const stored = { ...key, savedAt };
      await logins.save({ login: 'openrouter', profile: 'home', stored }, signal);
      reports.push((await choose({ providers })).entries[0]?.loginMark ?? 'none');
    }
    expect(reports).toEqual(['openrouter/home 1', 'openrouter/home 2']);
  });

  it('say what to do where the login that is named is missing', async () => {
    const provider = { kind: 'openrouter', login: 'home', models: [{ id: 'm' }] };
    const { provider: model } = (await choose({ providers: { mine: provider } })).resolve('mine/m');
    const asking = async (): Promise<void> => {
      const request = { model: 'm', system: '', messages: [], tools: [] };
      for await (const event of model.stream(request, signal))
        expect(event.type).toBe('call.start');
    };
    await expect(asking()).rejects.toMatchObject({
      code: 'provider.auth',
      message: 'Nobody is logged in as "home" with openrouter.',
      hint: 'Log in: `cuttle auth login openrouter --profile home`.',
    });
  });

  it.each<[ConfigInput, string]>([
    [
      { providers: { a: { kind: 'ollama', login: 'x' } } },
      'providers.a.login: There is no login for the kind "ollama".',
    ],
    [
      { providers: { a: { kind: 'openai', login: 'nobody/x' } } },
      'providers.a.login: There is no login "nobody".',
    ],
    [{ providers: { a: { kind: 'openai', login: '../x/y' } } }, 'providers.a.login: '],
    [{ logins: { nobody: {} } }, 'logins.nobody: there is no such login.'],
    [
      { logins: { google: { tokenUrl: 'http://evil.test' } } },
      'logins.google.tokenUrl: Must begin with https://',
    ],
  ])('are refused with %j', async (config, message) => {
    await expect(choose(config)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(message),
    });
  });
});

it('a token that is new is never logged', async () => {
  const log = createLog({ level: 'error', now: nodeClock.now });
  log.setSecrets(['configured-secret']);
  log.addSecrets(['fresh-token-of-a-login']);
  log.setSecrets(['configured-secret']);
  log.error('It failed with fresh-token-of-a-login.', { said: 'configured-secret' });
  const [line] = log.tail(1);
  expect(JSON.stringify(line)).not.toMatch(/fresh-token-of-a-login|configured-secret/);
});
