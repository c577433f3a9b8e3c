import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, configExample, describeKeys, loadConfig } from '@cuttle/config';
import { expect, it } from 'vitest';
import { openPlaces } from './agent-fetch.ts';
import { createServer } from './create-server.ts';
import { fixedConfig } from './fixed-config.ts';
import { toMediaSettings } from './media-settings.ts';
import { toGatewaySettings, toRuntimeSettings } from './settings.ts';

/** Tells each path that is read of a configuration, in the words of its reference: `agents.list[].id`. */
function recording<Value>(value: Value, path: string, read: Set<string>): Value {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || typeof member === 'function') return member;
      const own = Array.isArray(target) ? `${path}[]` : path === '' ? key : `${path}.${key}`;
      read.add(own);
      return recording(member, own, read);
    },
  });
}

/** `providers.<id>.kind` → what matches it whatever the id. */
function toPattern(path: string): RegExp {
  const escaped = path.replaceAll(/[.[\]]/g, String.raw`\$&`).replaceAll(/<\w+>/g, '[^.]+');
  return new RegExp(`^${escaped}$`);
}

it('every key of the configuration is read by what it is for', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cuttle-use-'));
  const file = join(home, 'cuttle.json5');
  // Every key there is, those without a default too; no messenger, and nothing that another test may hold.
  const example = configExample().replaceAll(/^(\s*)\/\/ (\w+: .*,)$/gm, '$1$2');
  await writeFile(file, example);
  const env = {
    CUTTLE_TOKEN: 'a token of some length',
    CUTTLE_HOOKS_TOKEN: 'another token of some length',
    CUTTLE_GATEWAY__PORT: '0',
    CUTTLE_HOOKS__ENABLED: 'true',
    CUTTLE_LOG__LEVEL: 'error',
    CUTTLE_CHANNELS: '{}',
    CUTTLE_BUDGETS__AGENTS: '{ main: { usdPerDay: 5, action: "downgrade", model: "local/m1" } }',
    CUTTLE_BUDGETS__PERSONS: '{ owner: { usdPerDay: 5, action: "downgrade", model: "local/m1" } }',
    TELEGRAM_BOT_TOKEN: 'unused',
    KEY_A: 'a',
    KEY_B: 'b',
  };
  const { config } = await loadConfig({ file, env });
  const read = new Set<string>();
  const seen: Config = recording(config, '', read);
  const configuration = {
    ...fixedConfig(config),
    current: () => ({ ...fixedConfig(config).current(), config: seen }),
  };
  // What the runtime is given is read by it: its settings have types of their own.
  JSON.stringify([toRuntimeSettings(seen), toGatewaySettings(seen, ''), toMediaSettings(seen)]);
  JSON.stringify(openPlaces(seen));
  const server = await createServer(seen, { home, configuration });
  await fetch(new URL('/', server.url));
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });

  const unread = describeKeys()
    // The rules of sessions read theirs when a message comes; their own tests go through each.
    .filter(({ path }) => !path.startsWith('session.'))
    .filter(
      ({ isSection, path }) => !isSection && ![...read].some((one) => toPattern(path).test(one)),
    )
    .map(({ path }) => path);
  expect(unread).toEqual([]);
});
