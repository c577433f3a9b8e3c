import type { AwaitedSubagent } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { createAgentTools } from './agent-tools.ts';
import { createKnownSubagents, type KnownSubagents } from './contract/known-subagents.ts';
import { contextOf, type NotedContext } from './contract/tool-context.ts';

const { signal } = new AbortController();

async function use(
  subagents: KnownSubagents,
  name: string,
  input: object,
): Promise<{ text: string; park: unknown; context: NotedContext }> {
  const tool = createAgentTools({ subagents }).find((one) => one.name === name);
  const context = contextOf();
  const output = await tool?.run(tool.input.parse(input), context, signal);
  if (!output) throw new Error(`no tool ${name}`);
  return { text: output.text, park: output.park, context };
}

it('names a task by its first words where nobody named it', async () => {
  const subagents = createKnownSubagents();
  await use(subagents, 'agent_spawn', { task: `Sum up ${'this '.repeat(40)}\nand that` });
  const [task] = subagents.done.values();
  expect(task).toMatchObject({ label: expect.stringMatching(/^Sum up this .{40,50}…$/) });
});

it('gives a result with its facts, and takes over what it brings', async () => {
  const { text, context } = await use(createKnownSubagents(), 'agent_wait', {});
  expect(text).toBe(
    '[sub-agent "sums" (sub-1) completed after 1.5 s; 3 tokens in, 2 out; session agent:main:sub:run-1:1.0]\nforty-two',
  );
  expect([...context.taints]).toEqual(['web']);
});

const running: AwaitedSubagent = {
  subagentId: 'sub-1',
  label: 'sums',
  sessionKey: 'k',
  state: 'running',
  outcome: undefined,
  reply: undefined,
  usage: undefined,
  taint: [],
  tookMs: 5,
  told: false,
};

it.each([
  ['agent_wait', {}],
  ['agent_spawn', { task: 'x', wait: true }],
  ['session_send', { to: 'cook', text: 'x', wait: true }],
])('leaves the run waiting for those that work still: %s', async (name, input) => {
  const subagents = createKnownSubagents({ settled: false, untilMs: 99, subagents: [running] });
  const { park } = await use(subagents, name, input);
  expect(park).toEqual({ kind: 'child', ref: 'sub-1', untilMs: 99 });
});

it.each<[string, Partial<AwaitedSubagent>, string]>([
  ['one that works still', running, '[sub-agent "sums" (sub-1) is still running]'],
  ['one whose result is known', { told: true }, 'its result was told to you before]'],
  ['one that failed', { outcome: failed(), reply: '' }, 'failed after 1.5 s; 3 tokens in'],
  ['why one failed', { outcome: failed(), reply: 'half' }, 'No key.\n\nhalf'],
  ['one that was stopped', { outcome: { status: 'aborted', by: 'timeout' } }, 'aborted by timeout'],
  ['one that said nothing', { reply: '' }, '(It said nothing.)'],
])('tells of %s', async (_what, more, words) => {
  const [known] = (await createKnownSubagents().takeResults({ timeoutMs: 0 }, contextOf()))
    .subagents;
  const subagents = createKnownSubagents({ subagents: [{ ...(known ?? running), ...more }] });
  expect((await use(subagents, 'agent_wait', {})).text).toContain(words);
});

function failed(): NonNullable<AwaitedSubagent['outcome']> {
  return { status: 'failed', error: { code: 'provider.auth', message: 'No key.' } };
}

it('says what is not there', async () => {
  const subagents = createKnownSubagents({ subagents: [], unknown: ['sub-9'] });
  expect((await use(subagents, 'agent_wait', { runIds: ['sub-9'] })).text).toContain('sub-9');
  const none = createKnownSubagents({ subagents: [] });
  expect((await use(none, 'agent_wait', {})).text).toBe('There are no sub-agents.');
});

it.each([
  ['agent_spawn', { task: 'x', wait: true, timeoutMs: 300 }],
  ['session_send', { to: 'cook', text: 'x', wait: true, timeoutMs: 300 }],
])('waits past the deadline of what it began, for its end: %s', async (name, input) => {
  const subagents = createKnownSubagents();
  await use(subagents, name, input);
  const taken = [...subagents.done].find(([key]) => key.startsWith('take '));
  expect(taken?.[1]).toEqual({ subagentIds: ['sub-1'], timeoutMs: 86_400_000 });
});
