import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig, type LoadedConfig } from './load-config.ts';
import { formatProblem } from './problem.ts';
import type { Environment } from './substitute.ts';

const folders: string[] = [];

/** A folder with these files; `load` reads its `cuttle.json5`, or the file it names. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<{
  folder: string;
  load(env?: Environment, name?: string): Promise<LoadedConfig>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-config-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return {
    folder,
    load: (env = {}, name = 'cuttle.json5') => loadConfig({ file: join(folder, name), env }),
  };
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const warnings = ({ problems }: LoadedConfig, folder: string): string[] =>
  problems.map((problem) => formatProblem(problem).replace(`${folder}/`, ''));

/** The message of the refusal, with the folder taken out. */
async function refused(loading: Promise<unknown>, folder: string): Promise<string> {
  const error: unknown = await loading.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new TypeError('Not an error.');
  return `${'code' in error ? String(error.code) : ''} ${error.message.replaceAll(`${folder}/`, '')}`;
}

describe('loadConfig', () => {
  it('needs no file', async () => {
    const { load } = await folderOf({});
    const { config, problems, sources } = await load();
    expect(config.gateway).toMatchObject({ port: 18_800, bind: 'loopback', auth: {} });
    expect(config.store.url).toBe('sqlite:data/cuttle.db');
    expect(config.agents.list).toEqual([{ id: 'main' }]);
    expect(config.tools.profile).toBe('messaging');
    expect({ problems, sources }).toEqual({ problems: [], sources: [] });
  });

  it('merges what is written over the defaults, and keeps what it does not know', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{
        gateway: { port: 0 },  // any
        providers: { local: { kind: 'openai', baseUrl: 'http://127.0.0.1:9001/v1', apiKey: 'x', special: 1, models: [{ id: 'm1', price: 2 }] } },
        channels: { telegram: { main: { token: 't', dmPolicy: 'open' } } },
      }`,
    });
    const loaded = await load();
    expect(loaded.config.gateway).toMatchObject({ port: 0, bind: 'loopback' });
    expect(loaded.config.providers['local']).toMatchObject({
      special: 1,
      models: [{ id: 'm1', price: 2 }],
    });
    expect(loaded.config.channels['telegram']).toEqual({ main: { token: 't', dmPolicy: 'open' } });
    expect(warnings(loaded, folder)).toEqual([]);
    expect(loaded.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['cuttle.yaml', '# mine\ngateway:\n  port: 0\nagents:\n  list:\n    - id: a\n'],
    ['cuttle.toml', '[gateway]\nport = 0\n[[agents.list]]\nid = "a"\n'],
    ['cuttle.json', '{"gateway":{"port":0},"agents":{"list":[{"id":"a"}]}}'],
  ])('reads %s by its extension', async (name, text) => {
    const { load } = await folderOf({ [name]: text });
    const { config } = await load({}, name);
    expect(config).toMatchObject({ gateway: { port: 0 }, agents: { list: [{ id: 'a' }] } });
  });

  it.each(['', '  \n', '// nothing yet\n', '/* a */\uFEFF'])('takes %j as empty', async (text) => {
    const { load } = await folderOf({ 'cuttle.json5': text });
    expect((await load()).config.gateway.port).toBe(18_800);
  });
});

describe('what is wrong', () => {
  it('is refused with path, reason and place', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{\n  gateway: { port: "high" },\n  agents: { list: [\n    { id: 'main', limits: { maxSteps: 0 } },\n  ] },\n}`,
    });
    expect(await refused(load(), folder)).toMatchInlineSnapshot(`
      "config.invalid 2 values are not right:
      cuttle.json5:2:14 gateway.port: Invalid input: expected number, received string
      cuttle.json5:4:29 agents.list[0].limits.maxSteps: Too small: expected number to be >0"
    `);
  });

  it.each([
    [
      'cuttle.json5',
      '{ gateway: {\n  port: 1\n  bind: 2\n} }',
      'config.syntax cuttle.json5:3:3: expected "," or "}", found "b"',
    ],
    [
      'cuttle.yaml',
      'gateway:\n  port: [1\n',
      'config.syntax cuttle.yaml:3:1: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'cuttle.toml',
      '[gateway]\nport = \n',
      'config.syntax cuttle.toml:2:8: Invalid TOML document: invalid value',
    ],
    [
      'cuttle.yaml',
      'gateway:\n  port: high\n',
      'config.invalid cuttle.yaml:2:3 gateway.port: Invalid input: expected number, received string',
    ],
    [
      'cuttle.json5',
      '[]',
      'config.invalid cuttle.json5:1:1: Invalid input: expected object, received array',
    ],
  ])('in %s is told with its place', async (name, text, message) => {
    const { load, folder } = await folderOf({ [name]: text });
    expect(await refused(load({}, name), folder)).toBe(message);
  });

  it('does not stop a start when it is only a key that nobody knows', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{\n  $schema: './x.json',\n  gateway: { prot: 1, zebra: 2 },\n  token: 'x',\n  agents: { list: [{ id: 'main', modle: 'a/b' }] },\n  chanels: {},\n}`,
    });
    const loaded = await load();
    expect(warnings(loaded, folder)).toEqual([
      'cuttle.json5:3:14 gateway.prot: unknown key; did you mean "port"?',
      'cuttle.json5:3:23 gateway.zebra: unknown key',
      'cuttle.json5:4:3 token: unknown key; it belongs in gateway.auth.token',
      'cuttle.json5:5:34 agents.list[0].modle: unknown key; did you mean "model"?',
      'cuttle.json5:6:3 chanels: unknown key; did you mean "channels"?',
    ]);
    expect(loaded.config.gateway['prot']).toBe(1);
  });

  it('cannot reach the prototype of anything', async () => {
    const { load } = await folderOf({
      'cuttle.json5': '{ __proto__: { admin: 1 }, gateway: { __proto__: { port: 1 } } }',
    });
    const { config } = await load();
    expect([Object.getPrototypeOf(config), Object.getPrototypeOf(config.gateway)]).toEqual([
      Object.prototype,
      Object.prototype,
    ]);
    expect('admin' in {}).toBe(false);
    expect(config.gateway.port).toBe(18_800);
  });

  it('does not exhaust memory with a bomb of aliases', async () => {
    const bomb = Array.from(
      { length: 12 },
      (_, index) => `a${index}: &a${index} [${`*a${index - 1},`.repeat(10)}]`,
    );
    const { load, folder } = await folderOf({
      'cuttle.yaml': ['a0: &a0 [x]', ...bomb.slice(1)].join('\n'),
    });
    expect(await refused(load({}, 'cuttle.yaml'), folder)).toContain('config.syntax');
  });
});

describe('$include', () => {
  it('merges files, lists of files and files of files, the nearer key over the farther', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{ $include: ['./a.json5', 'b.yaml'], gateway: { port: 1 }, channels: { $include: 'parts/channels.json5' } }`,
      'a.json5': `{ gateway: { port: 2, bind: 'lan' }, log: { level: 'debug' } }`,
      'b.yaml': 'log:\n  level: warn\n',
      'parts/channels.json5': `{ telegram: { $include: './telegram.json5' } }`,
      'parts/telegram.json5': `{ main: { token: 't' } }`,
    });
    const { config, sources } = await load();
    expect(config).toMatchObject({
      gateway: { port: 1, bind: 'lan' },
      log: { level: 'warn' },
      channels: { telegram: { main: { token: 't' } } },
    });
    expect(sources.map((source) => source.replace(`${folder}/`, '')).toSorted()).toEqual([
      'a.json5',
      'b.yaml',
      'cuttle.json5',
      'parts/channels.json5',
      'parts/telegram.json5',
    ]);
  });

  it('tells faults in the file they are in', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{ $include: 'a.json5' }`,
      'a.json5': `{\n  gateway: { port: true } }`,
    });
    expect(await refused(load(), folder)).toBe(
      'config.invalid a.json5:2:14 gateway.port: Invalid input: expected number, received boolean',
    );
  });

  it('refuses a cycle and shows it', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{ log: { $include: 'a.json5' } }`,
      'a.json5': `{ x: { $include: 'b.json5' } }`,
      'b.json5': `{ $include: ['a.json5'] }`,
    });
    expect(await refused(load(), folder)).toBe(
      'config.cycle These files include each other: a.json5 → b.json5 → a.json5',
    );
  });

  it('stays in the folder, also by absolute path, by link and by what is not there', async () => {
    const outside = await folderOf({ 'secret.json5': '{}' });
    const { load, folder } = await folderOf({});
    await symlink(join(outside.folder, 'secret.json5'), join(folder, 'link.json5'));
    await mkdir(join(folder, 'inner'));
    for (const name of [
      '../x.json5',
      join(outside.folder, 'secret.json5'),
      'link.json5',
      'inner/../../x.json5',
      '/nowhere/x.json5',
    ]) {
      await writeFile(join(folder, 'cuttle.json5'), `{ $include: ${JSON.stringify(name)} }`);
      expect(await refused(load(), folder)).toContain(
        `config.include cuttle.json5:1:13: ${name.replaceAll(`${folder}/`, '')} lies outside of`,
      );
    }
  });

  it('says which file is missing, and what an include may be', async () => {
    const { load, folder } = await folderOf({ 'cuttle.json5': `{ $include: 'gone.json5' }` });
    expect(await refused(load(), folder)).toBe(
      'config.include cuttle.json5:1:13: there is no file gone.json5.',
    );
    await writeFile(join(folder, 'cuttle.json5'), '{ $include: 7 }');
    expect(await refused(load(), folder)).toContain(
      '$include takes the path of a file or a list of them',
    );
  });
});

describe('variables', () => {
  const text = `{
    gateway: { port: '\${PORT:-18801}', auth: { token: '\${CUTTLE_TOKEN}' } },
    providers: { p: { kind: 'openai', apiKeys: ['\${KEY_A}', '\${KEY_B}'], baseUrl: 'http://\${HOST:-localhost}:1/v1' } },
    agents: { defaults: { system: 'Write $\${HOME} and \${lower} as they are.' } },
  }`;

  it('fill in values, with defaults, and as the type that is wanted there', async () => {
    const { load, folder } = await folderOf({ 'cuttle.json5': text });
    const loaded = await load({ CUTTLE_TOKEN: '12345678', KEY_A: 'a', KEY_B: '' });
    expect(loaded.config).toMatchObject({
      gateway: { port: 18_801, auth: { token: '12345678' } },
      providers: { p: { apiKeys: ['a'], baseUrl: 'http://localhost:1/v1' } },
      agents: { defaults: { system: 'Write ${HOME} and ${lower} as they are.' } },
    });
    expect(warnings(loaded, folder)).toEqual([
      'cuttle.json5:3:61 providers.p.apiKeys[1]: the variable KEY_B is not set; the key is left out',
    ]);
  });

  it('leave a key out where they are not set, so that its default holds', async () => {
    const { load, folder } = await folderOf({ 'cuttle.json5': text });
    const loaded = await load({ KEY_A: 'a', KEY_B: 'b' });
    expect(loaded.config.gateway.auth).toEqual({});
    expect(warnings(loaded, folder)).toEqual([
      'cuttle.json5:2:55 gateway.auth.token: the variable CUTTLE_TOKEN is not set; the key is left out',
    ]);
  });

  it('refuse half an address', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{ providers: { p: { kind: 'openai', baseUrl: 'http://\${HOST}/v1' } } }`,
    });
    expect(await refused(load(), folder)).toContain(
      'providers.p.baseUrl: the variable HOST is not set; set it or write ${HOST:-default}',
    );
  });

  it('come from .env too, under those that are set outside', async () => {
    const { load, folder } = await folderOf({
      'cuttle.json5': `{ agents: { defaults: { system: '\${A} \${B}' } } }`,
      '.env': '# mine\nA=one\nB="two words"\nANTHROPIC_API_KEY=k\n',
    });
    const { config, env, sources } = await load({ A: 'outer' });
    expect(config.agents.defaults.system).toBe('outer two words');
    expect(env['ANTHROPIC_API_KEY']).toBe('k');
    expect(sources).toContain(join(folder, '.env'));
  });

  it('override any key, however they are written', async () => {
    const { load } = await folderOf({
      'cuttle.json5': `{ providers: { myLocal: { kind: 'openai' } }, agents: { list: [{ id: 'a' }, { id: 'b' }] } }`,
    });
    const { config, problems } = await load({
      CUTTLE_HOME: '/x',
      CUTTLE_GATEWAY__PORT: '0',
      cuttle_gateway__allowed_origins: "['http://a.example']",
      CUTTLE_GATEWAY__AUTH__TOKEN: '12345678',
      CUTTLE_LOG__LEVEL: 'debug',
      CUTTLE_STORE__URL: 'sqlite:x.db',
      CUTTLE_PROVIDERS__MYLOCAL__BASE_URL: 'http://127.0.0.1:1/v1',
      CUTTLE_CHANNELS__TELEGRAM__MAIN__BOT_TOKEN: '123:abc',
      CUTTLE_AGENTS__LIST__1__MODEL: 'p/m',
      CUTTLE_LIMITS__CONCURRENCY: '',
    });
    expect(config).toMatchObject({
      gateway: { port: 0, allowedOrigins: ['http://a.example'], auth: { token: '12345678' } },
      log: { level: 'debug' },
      store: { url: 'sqlite:x.db' },
      providers: { myLocal: { kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1' } },
      channels: { telegram: { main: { botToken: '123:abc' } } },
      agents: { list: [{ id: 'a' }, { id: 'b', model: 'p/m' }] },
      limits: { concurrency: 64 },
    });
    expect(problems).toEqual([]);
  });

  it('are named where what they say is wrong', async () => {
    const { load, folder } = await folderOf({});
    expect(await refused(load({ CUTTLE_GATEWAY__PORT: 'high' }), folder)).toBe(
      'config.invalid CUTTLE_GATEWAY__PORT gateway.port: Invalid input: expected number, received string',
    );
    expect(warnings(await load({ CUTTLE_GATEWAY__PROT: '1' }), folder)).toEqual([
      'CUTTLE_GATEWAY__PROT gateway.prot: unknown key; did you mean "port"?',
    ]);
  });
});
