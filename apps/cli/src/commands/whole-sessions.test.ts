import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import type { ScriptedGateway } from '../testing/scripted-gateway.ts';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const at = '2026-05-01T12:30:00.000Z';
const session = {
  sessionKey: 'agent:main:plans',
  sessionId: 's1',
  agentId: 'main',
  archived: false,
  messages: 3,
  createdAt: at,
  updatedAt: at,
};
const asked = ({ received }: ScriptedGateway): unknown => received.at(-1);

describe('sessions new', () => {
  it('tells the key of a session that was made, or that it was there', async () => {
    let created = true;
    const { cli, gateway } = await benchWith({ 'sessions.create': () => ({ created, session }) });
    const options = ['--agent', 'main', '--title', 'Plans', '--model', 'local/m1'];
    expect((await cli.run('sessions', 'new', 'plans', ...options)).out).toBe('agent:main:plans\n');
    expect(asked(gateway)).toEqual({
      method: 'sessions.create',
      params: { sessionKey: 'plans', agentId: 'main', title: 'Plans', model: 'local/m1' },
    });
    created = false;
    const { status, out } = await cli.run('sessions', 'new');
    expect([status, out]).toEqual([0, 'agent:main:plans was there already.\n']);
    expect(asked(gateway)).toEqual({ method: 'sessions.create', params: {} });
  });
});

describe('sessions archive and unarchive', () => {
  it.each([
    ['archive', 'agent:main:plans is archived.\n'],
    ['unarchive', 'agent:main:plans is out of the archive.\n'],
  ])('%s marks one', async (name, said) => {
    const { cli, gateway } = await benchWith({ [`sessions.${name}`]: () => session });
    expect((await cli.run('sessions', name, 'plans')).out).toBe(said);
    expect(asked(gateway)).toEqual({
      method: `sessions.${name}`,
      params: { sessionKey: 'plans' },
    });
  });
});

describe('sessions fork and rewind', () => {
  it('forks at an entry, and tells where it was cut', async () => {
    const { cli, gateway } = await benchWith({
      'sessions.fork': () => ({
        session: { ...session, sessionKey: 'agent:main:other' },
        atEntry: 5,
      }),
    });
    const options = ['--at', '4', '--key', 'other', '--title', 'Other'];
    expect((await cli.run('sessions', 'fork', 'plans', ...options)).out).toBe(
      'agent:main:other begins with plans up to entry 5.\n',
    );
    expect(asked(gateway)).toEqual({
      method: 'sessions.fork',
      params: { sessionKey: 'plans', atEntry: 4, newKey: 'other', title: 'Other' },
    });
    await cli.run('sessions', 'fork', 'plans');
    expect(asked(gateway)).toEqual({ method: 'sessions.fork', params: { sessionKey: 'plans' } });
  });

  it('goes back to an entry, or to the beginning', async () => {
    const { cli, gateway } = await benchWith({
      'sessions.rewind': ({ toEntry }) => ({ session, toEntry }),
    });
    expect((await cli.run('sessions', 'rewind', 'plans', '--to', '0')).out).toBe(
      'agent:main:plans goes on behind entry 0.\n',
    );
    expect(asked(gateway)).toEqual({
      method: 'sessions.rewind',
      params: { sessionKey: 'plans', toEntry: 0 },
    });
  });

  it.each([
    ['no number', ['rewind', 'plans', '--to', 'last']],
    ['a negative one', ['rewind', 'plans', '--to=-1']],
    ['none', ['rewind', 'plans']],
    ['a fraction', ['fork', 'plans', '--at', '1.5']],
  ])('asks for nothing where the entry is %s', async (_what, argv) => {
    const { cli, gateway } = await benchWith({});
    const { status, err } = await cli.run('sessions', ...argv);
    expect(status).not.toBe(0);
    expect(err).not.toBe('');
    expect(gateway.received).toEqual([]);
  });
});

describe('sessions export and import', () => {
  const exported = { fileName: 'Plans.json', text: '{"kind":"cuttle.session"}\n' };

  it('writes to the output, or to a file that was not there', async () => {
    const { cli, gateway } = await benchWith({ 'sessions.export': () => exported });
    const file = join(cli.home, 'plans.json');
    expect((await cli.run('sessions', 'export', 'plans')).out).toBe(exported.text);
    await cli.run('sessions', 'export', 'plans', '--format', 'markdown');
    expect(asked(gateway)).toEqual({
      method: 'sessions.export',
      params: { sessionKey: 'plans', format: 'markdown' },
    });
    const ran = await cli.run('sessions', 'export', 'plans', '--output', file);
    expect(ran.out).toBe(`Written to ${file}.\n`);
    expect(await readFile(file, 'utf8')).toBe(exported.text);
    await writeFile(file, 'mine');
    const again = await cli.run('sessions', 'export', 'plans', '-o', file);
    expect(again.status).not.toBe(0);
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('refuses a format that there is not', async () => {
    const { cli, gateway } = await benchWith({ 'sessions.export': () => exported });
    const { status, err } = await cli.run('sessions', 'export', 'plans', '--format', 'pdf');
    expect(status).not.toBe(0);
    expect(err).toContain('json');
    expect(gateway.received).toEqual([]);
  });

  it('gives a file to the gateway and says what was left out', async () => {
    const { cli, gateway } = await benchWith({
      'sessions.import': () => ({ session, mediaLeftOut: 2 }),
    });
    const file = join(cli.home, 'in.json');
    await writeFile(file, exported.text);
    expect((await cli.run('sessions', 'import', file, '--key', 'plans')).out).toBe(
      'agent:main:plans: 3 messages.\n2 attachments are not stored here.\n',
    );
    expect(asked(gateway)).toEqual({
      method: 'sessions.import',
      params: { text: exported.text, sessionKey: 'plans' },
    });
  });

  it('tells of a file that is not there before anything is sent', async () => {
    const { cli, gateway } = await benchWith({});
    const file = join(cli.home, 'none.json');
    const { status, err } = await cli.run('sessions', 'import', file);
    expect(status).not.toBe(0);
    expect(err).toContain('none.json');
    expect(gateway.received).toEqual([]);
  });
});

describe('sessions reset and delete', () => {
  it('begins a new conversation', async () => {
    const { cli, gateway } = await benchWith({ 'sessions.reset': () => ({ ok: true }) });
    expect((await cli.run('sessions', 'reset', 'plans')).out).toBe('A new conversation begins.\n');
    expect(asked(gateway)).toEqual({ method: 'sessions.reset', params: { sessionKey: 'plans' } });
  });

  it('deletes only what is meant', async () => {
    const { cli, gateway } = await benchWith({ 'sessions.delete': () => ({ ok: true }) });
    const unsure = await cli.run('sessions', 'delete', 'plans');
    expect(unsure.status).not.toBe(0);
    expect(unsure.err).toContain('--confirm');
    expect(gateway.received).toEqual([]);
    expect((await cli.run('sessions', 'delete', 'plans', '--confirm')).out).toBe(
      'plans is gone.\n',
    );
    expect(asked(gateway)).toEqual({
      method: 'sessions.delete',
      params: { sessionKey: 'plans', confirm: true },
    });
  });

  it('says why the gateway refused, and what to do', async () => {
    const { cli } = await benchWith({
      'sessions.delete': () => {
        throw new CuttleError('session.forked', 'Another session begins with it.');
      },
    });
    const { status, err } = await cli.run('sessions', 'delete', 'plans', '--confirm');
    expect(status).not.toBe(0);
    expect(err).toContain('Another session begins with it.');
    expect(err).toContain('Delete the forks first');
  });
});
