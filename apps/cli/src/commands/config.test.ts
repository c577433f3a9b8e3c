import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../testing/run-command.ts';
import { openScriptedGateway } from '../testing/scripted-gateway.ts';
import { useBenches } from '../testing/use-benches.ts';

const { own } = useBenches();

async function homeWith(text?: string): Promise<{ cli: Bench; file: string }> {
  const cli = own(await openBench());
  const file = join(cli.home, 'cuttle.json5');
  if (text !== undefined) await writeFile(file, text);
  return { cli, file };
}
const text = `{
  // mine
  gateway: { port: 1, auth: { token: 'secret-token' } },
}
`;

describe('without a gateway', () => {
  it('shows what is in force, without secrets', async () => {
    const { cli } = await homeWith(text);
    expect(await cli.run('config', 'get', 'gateway.port')).toEqual({
      status: 0,
      out: '1\n',
      err: '',
    });
    expect(await cli.run('config', 'get', 'gateway.bind')).toEqual({
      status: 0,
      out: 'loopback\n',
      err: '',
    });
    const { out } = await cli.run('config', 'get', '--json');
    expect(JSON.parse(out)).toMatchObject({
      gateway: { auth: { token: '[redacted]' } },
      tools: { profile: 'messaging' },
    });
    expect(await cli.run('config', 'get', 'gateway.prot')).toMatchObject({ status: 1, out: '' });
  });

  it('changes the file with its comments', async () => {
    const { cli, file } = await homeWith(text);
    expect(await cli.run('config', 'set', 'gateway.port', '0x50')).toEqual({
      status: 0,
      out: `Changed ${file}.\n`,
      err: '',
    });
    await cli.run('config', 'set', 'agents.defaults.system', 'Be kind: always.');
    expect(await readFile(file, 'utf8')).toBe(`{
  // mine
  gateway: { port: 80, auth: { token: 'secret-token' } },
  agents: {
    defaults: {
      system: 'Be kind: always.',
    },
  },
}
`);
    await cli.run('config', 'unset', 'agents');
    await cli.run('config', 'set', 'gateway.port', '1');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('refuses what would not be right, and leaves the file', async () => {
    const { cli, file } = await homeWith(text);
    expect(await cli.run('config', 'set', 'gateway.port', 'high')).toEqual({
      status: 1,
      out: '',
      err: `config.invalid: ${file}:3:14 gateway.port: Invalid input: expected number, received string\nMend the named value; \`cuttle config validate\` checks the file.\n`,
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('checks a file', async () => {
    const { cli, file } = await homeWith(`{ gateway: { prot: 1 } }`);
    expect(await cli.run('config', 'validate')).toEqual({
      status: 0,
      out: `${file}:1:14 gateway.prot: unknown key; did you mean "port"?\n${file} is right.\n`,
      err: '',
    });
    const other = join(cli.home, 'other.yaml');
    await writeFile(other, 'gateway:\n  port: x\n');
    expect(await cli.run('config', 'validate', other)).toMatchObject({
      status: 1,
      err: expect.stringContaining(`${other}:2:3 gateway.port`),
    });
    expect((await cli.run('config', 'validate', join(cli.home, 'none.json5'))).out).toContain(
      'the defaults hold',
    );
  });

  it('prints the schema', async () => {
    const { cli } = await homeWith();
    expect(JSON.parse((await cli.run('config', 'schema')).out)).toMatchObject({
      properties: { gateway: {} },
    });
  });
});

describe('with a gateway', () => {
  it('lets the gateway read and change its own file', async () => {
    const { cli, file } = await homeWith(text);
    await using gateway = await openScriptedGateway({
      'config.get': () => ({ config: { gateway: { port: 7 } }, hash: 'h', file, problems: [] }),
      'config.set': ({ path }) => ({
        hash: 'h2',
        restart: path === 'gateway.port' ? ['gateway.port'] : [],
      }),
    });
    await writeFile(file, '{}');
    await cli.announce(gateway.url);
    expect((await cli.run('config', 'get', 'gateway.port')).out).toBe('7\n');
    expect((await cli.run('config', 'set', 'gateway.port', '8')).out).toBe(
      'Changed; in force after a restart: gateway.port.\n',
    );
    expect((await cli.run('config', 'unset', 'log.level')).out).toBe('Changed, and in force.\n');
    expect(
      gateway.received.filter(({ method }) => method === 'config.set').map(({ params }) => params),
    ).toEqual([
      { path: 'gateway.port', value: 8 },
      { path: 'log.level', value: null },
    ]);
    expect(await readFile(file, 'utf8')).toBe('{}');
  });
});
