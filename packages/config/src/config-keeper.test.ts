import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConfigKeeper, type ConfigKeeper } from './config-keeper.ts';
import { nodeWriter } from './write-file.ts';

let folder = '';
let file = '';
let ids = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-keeper-'));
  file = join(folder, 'cuttle.json5');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const text = `// mine
{
  gateway: { port: 0 }, // any port
  channels: { telegram: { main: { token: 'a' }, second: { token: 'b' } } },
}
`;
const read = (): Promise<string> => readFile(file, 'utf8');
async function openWith(content: string | undefined, path = file): Promise<ConfigKeeper> {
  if (content !== undefined) await writeFile(file, content);
  return openConfigKeeper({ file: path, env: {}, newId: () => `id${(ids += 1)}` });
}

describe('set', () => {
  it('changes the file and what is in force, and tells what differs', async () => {
    const keeper = await openWith(text);
    const heard: unknown[] = [];
    keeper.onApplied((loaded, changed) => heard.push([loaded.config.gateway.port, changed]));
    const { hash, changed } = await keeper.set({
      path: 'gateway.port',
      value: 18_801,
      baseHash: keeper.current().hash,
    });
    expect(changed).toEqual(['gateway.port']);
    expect(keeper.current()).toMatchObject({ hash, config: { gateway: { port: 18_801 } } });
    expect(heard).toEqual([[18_801, ['gateway.port']]]);
    expect(await read()).toBe(text.replace('port: 0', 'port: 18801'));
  });

  it('refuses a change that would not be right before a byte is written', async () => {
    const keeper = await openWith(text);
    await expect(keeper.set({ path: 'gateway.port', value: 'high' })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(
        'gateway.port: Invalid input: expected number, received string',
      ),
    });
    expect(await read()).toBe(text);
    expect(await readdir(folder)).toEqual(['cuttle.json5']);
  });

  it('refuses what a variable would hide for now', async () => {
    await writeFile(file, text);
    const keeper = await openConfigKeeper({
      file,
      env: { CUTTLE_GATEWAY__PORT: '5' },
      newId: () => 'id',
    });
    await expect(keeper.set({ path: 'gateway.port', value: 'high' })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect(await read()).toBe(text);
  });

  it('refuses a change made against another text', async () => {
    const keeper = await openWith(text);
    const baseHash = keeper.current().hash;
    await writeFile(file, `${text}// the owner was here\n`);
    await expect(keeper.set({ path: 'log.level', value: 'debug', baseHash })).rejects.toMatchObject(
      { code: 'config.stale' },
    );
    expect(await read()).toContain('the owner was here');
  });

  it('refuses the mark of a hidden secret', async () => {
    const keeper = await openWith(text);
    await expect(
      keeper.set({ path: 'channels.telegram.main', value: { token: '[redacted]' } }),
    ).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('makes the file where there is none, for its owner alone', async () => {
    const keeper = await openWith(undefined);
    await keeper.set({ path: 'agents.defaults.model', value: 'local/m1' });
    expect(await read()).toBe(
      '{\n  agents: {\n    defaults: {\n      model: "local/m1",\n    },\n  },\n}\n',
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('does one change after another, losing none', async () => {
    const keeper = await openWith(text);
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) =>
        keeper.set({ path: `channels.discord.${id}.token`, value: id }),
      ),
    );
    expect(Object.keys(keeper.current().config.channels['discord'] ?? {})).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('keeps the five versions before', async () => {
    const keeper = await openWith(text);
    for (const port of [1, 2, 3, 4, 5, 6, 7])
      await keeper.set({ path: 'gateway.port', value: port });
    const versions = await readdir(join(folder, 'config-history'));
    const contents = await Promise.all(
      versions.toSorted().map((name) => readFile(join(folder, 'config-history', name), 'utf8')),
    );
    expect(contents.map((content) => /port: (\d)/.exec(content)?.[1])).toEqual([
      '6',
      '5',
      '4',
      '3',
      '2',
    ]);
  });

  it('follows a link to the file instead of replacing it, and keeps its mode', async () => {
    const link = join(folder, 'link.json5');
    await writeFile(file, text, { mode: 0o640 });
    await symlink(file, link);
    const keeper = await openWith(undefined, link);
    await keeper.set({ path: 'gateway.port', value: 9 });
    expect(await read()).toContain('port: 9');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it('leaves the old file and no debris when the write fails', async () => {
    await writeFile(file, text);
    await writeFile(join(folder, '.cuttle.json5.taken'), '');
    await expect(nodeWriter.write(file, 'new', 'taken')).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await read()).toBe(text);
  });

  it('changes YAML with its comments, and says that it does not change TOML', async () => {
    file = join(folder, 'cuttle.yaml');
    const keeper = await openWith('# mine\ngateway:\n  port: 0 # any\n');
    await keeper.set({ path: 'gateway.port', value: 1 });
    await keeper.set({ path: 'agents.list[0].id', value: 'a' });
    expect(await read()).toBe('# mine\ngateway:\n  port: 1 # any\nagents:\n  list:\n    - id: a\n');
    await keeper.set({ path: 'agents', value: undefined });
    expect(await read()).toBe('# mine\ngateway:\n  port: 1 # any\n');
    file = join(folder, 'cuttle.toml');
    const toml = await openWith('[gateway]\nport = 0\n');
    await expect(toml.set({ path: 'gateway.port', value: 1 })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});

describe('reload', () => {
  it('applies what is new and names it by account', async () => {
    const keeper = await openWith(text);
    await writeFile(file, text.replace("token: 'b'", "token: 'c'"));
    expect(await keeper.reload()).toEqual({
      applied: true,
      problems: [],
      changed: ['channels.telegram.second'],
    });
  });

  it('keeps the last good configuration when the file is bad, visibly, until it is mended', async () => {
    const keeper = await openWith(text);
    await writeFile(file, '{ gateway: { port: -1 } }');
    const { applied, problems } = await keeper.reload();
    expect(applied).toBe(false);
    expect(problems).toEqual([
      `not in force: ${file}:1:14 gateway.port: Too small: expected number to be >=0`,
    ]);
    expect(keeper.problems()).toEqual(problems);
    expect(keeper.current().config.gateway.port).toBe(0);
    await writeFile(file, text);
    expect(await keeper.reload()).toEqual({ applied: true, problems: [], changed: [] });
    expect(keeper.problems()).toEqual([]);
  });

  it('takes a file that went as the defaults', async () => {
    const keeper = await openWith(text);
    await rm(file);
    expect((await keeper.reload()).changed).toEqual(['gateway.port', 'channels.telegram']);
  });
});

describe('a check beside the schema', () => {
  const openChecked = async (): Promise<ConfigKeeper> => {
    await writeFile(file, text);
    return openConfigKeeper({
      file,
      env: {},
      newId: () => 'id',
      check({ config }) {
        if (config.gateway.port === 13) throw new CuttleError('config.invalid', 'Not that port.');
      },
    });
  };

  it('refuses a reading, which changes nothing and is told', async () => {
    const keeper = await openChecked();
    await writeFile(file, '{ gateway: { port: 13 }, log: { level: "debug" } }');
    expect(await keeper.reload()).toEqual({
      applied: false,
      problems: ['not in force: Not that port.'],
      changed: [],
    });
    expect(keeper.current().config).toMatchObject({ gateway: { port: 0 }, log: { level: 'info' } });
  });

  it('refuses a change before a byte is written, and a first reading', async () => {
    const keeper = await openChecked();
    const code = { code: 'config.invalid' };
    await expect(keeper.set({ path: 'gateway.port', value: 13 })).rejects.toMatchObject(code);
    expect(await read()).toBe(text);
    await writeFile(file, '{ gateway: { port: 13 } }');
    const check = (): never => {
      throw new CuttleError('config.invalid', 'No.');
    };
    const opening = openConfigKeeper({ file, env: {}, newId: () => 'id', check });
    await expect(opening).rejects.toMatchObject(code);
  });
});
