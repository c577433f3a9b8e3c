import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import type { Principal } from '@cuttle/core-types';
import { textOf } from '@cuttle/core-types';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServer } from './create-server.ts';
import type { CuttleServer } from './server-options.ts';

let home = '';
let server: CuttleServer;
const config = configSchema.parse({
  log: { level: 'error' },
  agents: { defaults: { model: 'offline/echo' }, list: [{ id: 'main' }, { id: 'other' }] },
  providers: { offline: { kind: 'offline' } },
});
const open = (): Promise<CuttleServer> => createServer(config, { home, port: 'none' });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuttle-memory-use-'));
  server = await open();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

let said = 0;
async function say(message: string, sessionKey = 'main'): Promise<string> {
  said += 1;
  await server.call('chat.send', { sessionKey, message, idempotencyKey: `m${said}` });
  await server.settled();
  const { entries } = await server.call('chat.history', { sessionKey });
  return entries.at(-1)?.messages.map(textOf).join('\n') ?? '';
}

it('remembers in a file what it is told, over a restart too', async () => {
  expect(await say('remember that my cat is called Luna')).toBe(
    'I will remember that: cat = Luna.',
  );
  const file = join(home, 'workspace', 'main', 'MEMORY.md');
  expect(await readFile(file, 'utf8')).toContain('- **cat**: Luna');
  await server[Symbol.asyncDispose]();
  server = await open();
  expect(await say('what is my cat called?')).toBe('Luna');
  expect(await say('what do you remember?')).toBe('I remember something about:\n- cat');
  expect(await say('what do you remember about my cat?')).toContain(
    '- MEMORY.md#L3 (Memory): **cat**: Luna',
  );
  expect(await say('what is my cat called?', 'agent:other:main')).toContain(
    'Nothing is remembered',
  );
});

it('shows, finds, edits and removes it for the owner', async () => {
  await say('remember that my cat is called Luna');
  expect(await server.call('memory.list', {})).toMatchObject({
    agentId: 'main',
    files: [{ path: 'MEMORY.md', chunks: 1, shared: [] }],
  });
  const { hits, mode, reason } = await server.call('memory.search', { query: 'the cat' });
  expect(hits).toMatchObject([{ citation: 'MEMORY.md#L3', text: '- **cat**: Luna', taint: [] }]);
  expect([mode, reason]).toEqual(['text', expect.stringContaining('embeddings.model')]);
  const path = 'memory/trip.md';
  const text = '---\nshared: groups\n---\n# Trip\n\nWe leave on Friday.\n';
  const { hash } = await server.call('memory.write', { path, text });
  expect(await server.call('memory.get', { path, from: 6 })).toMatchObject({
    text: 'We leave on Friday.',
    from: 6,
    to: 6,
    lines: 6,
    hash,
  });
  expect((await server.call('memory.list', {})).files[1]).toMatchObject({
    path,
    shared: ['groups'],
  });
  // The owner's own editor.
  await writeFile(join(home, 'workspace', 'main', path), text.replace('Friday', 'Sunday'));
  const stale = { code: 'memory.stale' };
  await expect(server.call('memory.write', { path, text, baseHash: hash })).rejects.toMatchObject(
    stale,
  );
  await expect(server.call('memory.remove', { path, baseHash: hash })).rejects.toMatchObject(stale);
  const now = await server.call('memory.get', { path });
  expect(now.text).toContain('Sunday');
  expect(await server.call('memory.remove', { path, baseHash: now.hash, from: 6 })).toEqual({
    ok: true,
  });
  expect((await server.call('memory.get', { path })).text).toBe(
    '---\nshared: groups\n---\n# Trip\n\n',
  );
  expect(await server.call('memory.reindex', {})).toMatchObject({ files: 2, problems: [] });
});

it('opens nothing but the memory, of agents there are, to whom it belongs', async () => {
  for (const path of ['../../cuttle.json5', '/etc/passwd', 'AGENTS.md', 'memory/../AGENTS.md'])
    for (const name of ['memory.get', 'memory.write', 'memory.remove'] as const)
      await expect(server.call(name, { path, text: 'x', baseHash: 'x' })).rejects.toMatchObject({
        code: 'memory.invalid-path',
      });
  await expect(server.call('memory.get', { path: 'memory/none.md' })).rejects.toMatchObject({
    code: 'memory.not-found',
  });
  await expect(server.call('memory.list', { agentId: 'nobody' })).rejects.toMatchObject({
    code: 'request.invalid',
  });
  const reader: Principal = { id: 'key', kind: 'client', scopes: ['operator.write'] };
  await expect(
    server.call('memory.write', { path: 'MEMORY.md', text: 'x' }, { principal: reader }),
  ).rejects.toMatchObject({ code: 'access.denied' });
});
