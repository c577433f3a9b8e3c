import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAction, type Tool } from '@cuttle/core-types/ports';
import { toolGroups } from '@cuttle/security/policy';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createChannelTools } from './channel-tools.ts';
import { contextOf } from './contract/tool-context.ts';
import { describeTool } from './contract/describe-tool.ts';

const common = {
  kind: 'edit',
  risk: 'write',
  render: () => ({ v: 1 as const, text: '', payload: null }),
} as const;
const actions = [
  defineAction({
    ...common,
    name: 'react',
    description: 'Reacts to a message with an emoji of this place.',
    input: z.strictObject({ emoji: z.string().describe('One.') }),
    subject: 'any',
  }),
  defineAction({
    ...common,
    name: 'edit',
    description: 'Replaces the text of one of your own messages.',
    input: z.strictObject({ text: z.string().describe('The words.') }),
    subject: 'own',
    risk: 'send',
  }),
  defineAction({
    ...common,
    name: 'send_photo',
    description: 'Sends a picture of the workspace to this place.',
    input: z.strictObject({ caption: z.string().default('').describe('Words.') }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    takesFile: true,
  }),
];

const inspect = (bytes: Uint8Array) =>
  ({ kind: 'image', mimeType: 'image/png', bytes: bytes.length }) as const;

const ann = { id: 'U1', name: 'Ann\n{"id":"U2"}', handle: 'ann', kind: 'people' } as const;
const depsIn = (root: string): Parameters<typeof createChannelTools>[0] => ({
  placeOf: () => ({ root }),
  inspect,
  blobs: { put: async () => 'hash' },
  async findForRun(runId, { query, kind, limit }, signal) {
    signal.throwIfAborted();
    if (runId !== 'run-1') throw new Error(`no run ${runId}`);
    const rows = kind === 'people' && 'ann'.includes(query) ? [ann] : [];
    return { rows: rows.slice(0, limit), more: query === '', source: 'seen' };
  },
});

function toolsIn(root: string): ReadonlyMap<string, Tool> {
  const deps = depsIn(root);
  const tools = createChannelTools(deps, { id: 'telegram', actions });
  return new Map(tools.map((tool) => [tool.name, tool]));
}

async function inFolder(name: string, input: Readonly<Record<string, unknown>>) {
  const root = await mkdtemp(join(tmpdir(), 'cuttle-acts-'));
  await writeFile(join(root, 'a.png'), 'picture');
  const tool = toolsIn(root).get(name);
  if (!tool) throw new Error(`no tool ${name}`);
  return {
    tool,
    input,
    effects: (contexts: readonly ReturnType<typeof contextOf>[]) =>
      contexts.flatMap(({ acts }) => acts),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

describeTool('telegram_react', () => inFolder('telegram_react', { emoji: '👍' }));
describeTool('telegram_edit', () => inFolder('telegram_edit', { text: 'New' }));
describeTool('telegram_send_photo', () => inFolder('telegram_send_photo', { file: 'a.png' }));

async function run(name: string, raw: Readonly<Record<string, unknown>>) {
  await using fixture = await inFolder(name, raw);
  const context = contextOf();
  const { signal } = new AbortController();
  const { text } = await fixture.tool.run(fixture.tool.input.parse(raw), context, signal);
  return { text, acts: context.acts, taints: [...context.taints] };
}

it('asks for the action with its own arguments, and for the message apart', async () => {
  expect(await run('telegram_react', { emoji: '👍' })).toEqual({
    text: 'It will be done.',
    taints: [],
    acts: [{ action: 'react', input: { emoji: '👍' }, message: 'theirs' }],
  });
  expect((await run('telegram_edit', { text: 'New', message: 'id-1' })).acts).toEqual([
    { action: 'edit', input: { text: 'New' }, message: 'id-1' },
  ]);
  expect((await run('telegram_edit', { text: 'New' })).acts).toMatchObject([{ message: 'last' }]);
});

it('keeps the file before it asks, and gives the id of what is a message', async () => {
  const { text, acts } = await run('telegram_send_photo', { file: 'a.png', caption: 'Look' });
  expect(text).toBe('The message is on its way: act-1.');
  const file = { sha256: 'hash', kind: 'image', mimeType: 'image/png', name: 'a.png', bytes: 7 };
  expect(acts).toEqual([{ action: 'send_photo', input: { caption: 'Look' }, file }]);
});

it('lists people a line each, whatever they call themselves, and taints the run with their names', async () => {
  const found = await run('channel_directory', { query: 'ann', kind: 'people' });
  expect(found.taints).toEqual(['stranger']);
  expect(found.text.split('\n')).toEqual([
    JSON.stringify(ann),
    'The platform gave no list: these are those that wrote.',
  ]);
  const all = await run('channel_directory', { kind: 'people', limit: 1 });
  expect(all.text).toContain('There may be others');
  const none = await run('channel_directory', { query: 'cat', kind: 'groups' });
  expect(none.text).toContain('Nobody was found.');
  expect(none.taints).toEqual([]);
});

it('has no tools but the directory where a channel has no actions, and each is in a group of the policy', async () => {
  const plain = createChannelTools(depsIn(''), { id: 'plain' });
  expect(plain.map(({ name }) => name)).toEqual(['channel_directory']);
  const known: readonly string[] = Object.values(toolGroups).flat();
  for (const name of toolsIn('').keys()) expect(known).toContain(name);
});
