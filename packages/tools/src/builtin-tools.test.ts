import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionRow, Tool } from '@cuttle/core-types/ports';
import { toolGroups } from '@cuttle/security/policy';
import { expect, it } from 'vitest';
import { createAgentTools } from './agent-tools.ts';
import { createConfigTool } from './config-tool.ts';
import { createDirectoryTool } from './directory-tool.ts';
import { describeTool, type ToolFixture } from './contract/describe-tool.ts';
import { openMemoryWorld } from './contract/memory-world.ts';
import { createKnownSubagents } from './contract/known-subagents.ts';
import { createValueStore } from './contract/value-store.ts';
import { describeTools } from './describe-tools.ts';
import { createFileSendTool } from './files/file-send.ts';
import { createFileTools } from './files/file-tools.ts';
import { createMathTools } from './math/math-tools.ts';
import { createMessageTool } from './message-tool.ts';
import { createReminderTools } from './reminder-tools.ts';
import { createSessionTools } from './session-tools.ts';
import { createTimeTools } from './time-tools.ts';
import { createNoteTools } from './values/note-tools.ts';
import { createFetchTool } from './web/fetch-tool.ts';

const clock = { now: () => Date.UTC(2026, 0, 1) };

function pick(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
}

function alone(tools: readonly Tool[], name: string, input: ToolFixture['input']): ToolFixture {
  return {
    tool: pick(tools, name),
    input,
    effects: (contexts) => contexts.flatMap(({ sent }) => sent),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function onStore(name: string, input: ToolFixture['input']): () => Promise<ToolFixture> {
  return async () => {
    const store = createValueStore();
    let ids = 0;
    const tools = [
      ...createNoteTools({ reader: store, journal: store }),
      ...createReminderTools({
        reader: store,
        journal: store,
        clock,
        newId: () => `id-${(ids += 1)}`,
        placeOf: () => ({
          route: { kind: 'pull', door: 'web', stateless: false },
          conversation: undefined,
        }),
      }),
    ];
    await store.putSchedule({
      scheduleId: 'set-before',
      key: 'k',
      owner: 'owner',
      sessionKey: 's',
      agentId: 'main',
      nextAt: clock.now() + 1000,
      text: 'x',
      principal: { id: 'owner', kind: 'machine', scopes: [] },
      provenance: { door: 'web', accountId: 'a', trust: 'owner' },
      route: { kind: 'pull', door: 'web', stateless: false },
      conversation: undefined,
    });
    return {
      ...alone(tools, name, input),
      effects: () => [[...store.values], [...store.schedules.keys()]],
    };
  };
}

function inMemory(name: string, input: ToolFixture['input']): () => Promise<ToolFixture> {
  return async () => {
    const world = await openMemoryWorld();
    await world.put('MEMORY.md', '- **cat**: Luna\n');
    return {
      ...alone(world.tools, name, input),
      effects: async () =>
        Promise.all((await world.files()).map(async (path) => [path, await world.read(path)])),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  };
}

function inFolder(name: string, input: ToolFixture['input']): () => Promise<ToolFixture> {
  return async () => {
    const root = await mkdtemp(join(tmpdir(), 'cuttle-tools-'));
    await writeFile(join(root, 'a.txt'), 'one two');
    const placeOf = () => ({ root });
    const inspect = (bytes: Uint8Array) =>
      ({ kind: 'document', mimeType: 'text/plain', bytes: bytes.length }) as const;
    const sending = { placeOf, inspect, blobs: { put: async () => 'hash' } };
    return {
      ...alone([...createFileTools({ placeOf }), ...createFileSendTool(sending)], name, input),
      async effects(contexts) {
        const names = (await readdir(root)).toSorted();
        const files = names.map(async (file) => [
          file,
          await readFile(join(root, file), 'utf8'),
          (await stat(join(root, file))).mode,
        ]);
        return [await Promise.all(files), contexts.flatMap(({ sent }) => sent)];
      },
      [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
    };
  };
}

function withSubagents(name: string, input: ToolFixture['input']): () => Promise<ToolFixture> {
  return async () => {
    const subagents = createKnownSubagents();
    const tools = createAgentTools({ subagents });
    return { ...alone(tools, name, input), effects: () => [...subagents.done] };
  };
}

const session: SessionRow = {
  sessionId: 's1',
  sessionKey: 'k1',
  agentId: 'main',
  channel: undefined,
  generation: 1,
  title: 'A title',
  model: undefined,
  persona: undefined,
  thinking: undefined,
  queueMode: undefined,
  archived: false,
  messages: 2,
  contextTokens: undefined,
  summaryUpto: undefined,
  createdAt: 0,
  updatedAt: 0,
};
const sessions = createSessionTools({
  reader: {
    findSession: async () => session,
    listSessions: async () => ({ sessions: [session], next: undefined }),
    readHistory: async () => ({
      entries: [],
      queued: [],
      before: undefined,
      eventSeq: 0,
      activeRunId: undefined,
    }),
  },
});
const fetchTools = createFetchTool({
  fetch: async (_url, init) => {
    init?.signal?.throwIfAborted();
    return new Response('hello', { headers: { 'content-type': 'text/plain' } });
  },
  convert: async () => ({ title: '', markdown: '' }),
});

const directory = createDirectoryTool({
  async findForRun(_runId, { kind }, signal) {
    signal.throwIfAborted();
    return { rows: [{ id: '7', name: 'Ann', kind }], more: false, source: 'platform' };
  },
});

const fixtures: Readonly<Record<string, () => Promise<ToolFixture>>> = {
  current_time: async () =>
    alone(createTimeTools({ clock }), 'current_time', { timeZone: 'Europe/Berlin' }),
  math_eval: async () =>
    alone(createMathTools({ evaluate: async (text) => text }), 'math_eval', {
      expression: '1 + 1',
    }),
  note_add: onStore('note_add', { text: 'milk' }),
  note_list: onStore('note_list', {}),
  reminder_set: onStore('reminder_set', { text: 'milk', inSeconds: 60 }),
  reminder_list: onStore('reminder_list', {}),
  reminder_cancel: onStore('reminder_cancel', { id: 'set-before' }),
  memory_get: inMemory('memory_get', { key: 'cat' }),
  memory_set: inMemory('memory_set', { key: 'a', value: 'b' }),
  memory_append: inMemory('memory_append', { text: 'b' }),
  memory_list: inMemory('memory_list', {}),
  memory_search: inMemory('memory_search', { query: 'a' }),
  message_send: async () => alone(createMessageTool(), 'message_send', { text: 'hi' }),
  agent_spawn: withSubagents('agent_spawn', { task: 'sum this up' }),
  agent_wait: withSubagents('agent_wait', {}),
  agent_steer: withSubagents('agent_steer', { runId: 'sub-1', text: 'shorter' }),
  agent_stop: withSubagents('agent_stop', { runId: 'sub-1' }),
  agent_list: withSubagents('agent_list', {}),
  session_send: withSubagents('session_send', { to: 'cook', text: 'soup?' }),
  session_list: async () => alone(sessions, 'session_list', {}),
  session_read: async () => alone(sessions, 'session_read', { sessionKey: 'k1' }),
  web_fetch: async () => alone(fetchTools, 'web_fetch', { url: 'https://example.com/' }),
  file_read: inFolder('file_read', { path: 'a.txt' }),
  file_write: inFolder('file_write', { path: 'b.txt', content: 'x' }),
  file_edit: inFolder('file_edit', { path: 'a.txt', old: 'one', new: 'three' }),
  file_list: inFolder('file_list', {}),
  file_send: inFolder('file_send', { files: ['a.txt'] }),
  channel_directory: async () => alone([directory], 'channel_directory', { kind: 'people' }),
  config_read: async () =>
    alone(createConfigTool({ config: () => ({ a: 1 }) }), 'config_read', { path: 'a' }),
};
for (const [name, open] of Object.entries(fixtures)) describeTool(name, open);

it('lists each tool with the profiles that hold it', () => {
  const rows = describeTools();
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(fixtures).toSorted());
  // The search for tools looks among those of a run, so the runtime makes it.
  const { search: _made, channel: _theirs, ...groups } = toolGroups;
  const isOurs = (name: string): boolean => !name.startsWith('telegram_');
  expect(rows.map(({ name }) => name)).toEqual(
    Object.values(groups).flat().filter(isOurs).toSorted(),
  );
  expect(
    rows.map(
      ({ name, effect, risk, profiles }) => `${name} ${effect} ${risk} ${profiles.join(',')}`,
    ),
  ).toMatchInlineSnapshot(`
    [
      "agent_list pure read messaging,coding,full",
      "agent_spawn keyed write messaging,coding,full",
      "agent_steer keyed write messaging,coding,full",
      "agent_stop keyed write messaging,coding,full",
      "agent_wait keyed read messaging,coding,full",
      "channel_directory pure read messaging,coding,full",
      "config_read pure read full",
      "current_time pure read minimal,messaging,coding,full",
      "file_edit opaque write coding,full",
      "file_list pure read coding,full",
      "file_read pure read coding,full",
      "file_send keyed send coding,full",
      "file_write keyed write coding,full",
      "math_eval pure read minimal,messaging,coding,full",
      "memory_append keyed write messaging,coding,full",
      "memory_get pure read messaging,coding,full",
      "memory_list pure read messaging,coding,full",
      "memory_search pure read messaging,coding,full",
      "memory_set keyed write messaging,coding,full",
      "message_send keyed send messaging,coding,full",
      "note_add keyed write messaging,coding,full",
      "note_list pure read messaging,coding,full",
      "reminder_cancel keyed write messaging,coding,full",
      "reminder_list pure read messaging,coding,full",
      "reminder_set keyed write messaging,coding,full",
      "session_list pure read messaging,coding,full",
      "session_read pure read messaging,coding,full",
      "session_send keyed write messaging,coding,full",
      "web_fetch pure network messaging,coding,full",
    ]
  `);
});
