import type { SubagentReport } from '@cuttle/core-types/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { type GatewayOptions, openGateway, type OpenGateway } from '../gateway/open-gateway.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

const open = async (options: GatewayOptions = {}): Promise<void> => {
  gateway = await openGateway(options);
};

/** The step of a script that calls one tool. */
const use = (tool: string, input: object): string => `[[tool=${tool} ${JSON.stringify(input)}]]`;

let keys = 0;
async function send(message: string, sessionKey = 'main'): Promise<string> {
  const idempotencyKey = `key-${(keys += 1)}`;
  const { runId } = await gateway.server.call('chat.send', { sessionKey, message, idempotencyKey });
  return runId;
}

async function answerTo(message: string, sessionKey = 'main'): Promise<string> {
  const runId = await send(message, sessionKey);
  const { status, text = '' } = await gateway.server.call('agent.wait', { runId });
  if (status !== 'completed') throw new Error(`${status}: ${text}`);
  return text;
}

async function list(sessionKey = 'main'): Promise<readonly SubagentReport[]> {
  return (await gateway.server.call('subagents.list', { sessionKey })).subagents;
}

async function texts(sessionKey = 'main'): Promise<readonly string[]> {
  const { entries } = await gateway.server.call('chat.history', { sessionKey });
  return entries.flatMap(({ messages }) => messages.map((message) => JSON.stringify(message)));
}

/** How often the model was told something, by a message or by the result of a call. */
async function told(words: RegExp): Promise<number> {
  const read = (await texts()).filter((one) => !one.startsWith('{"role":"assistant"'));
  return read.filter((one) => words.test(one)).length;
}

/** Looks until something holds; rows tell nobody that they changed. */
async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  const find = async (): Promise<Value> => {
    const found = await look();
    if (found === undefined) throw new Error('It does not hold yet.');
    return found;
  };
  return vi.waitFor(find, { timeout: 20_000, interval: 20 });
}

const ended = (count: number, sessionKey = 'main') =>
  until(async () => {
    const rows = await list(sessionKey);
    return rows.filter(({ endedAt }) => endedAt !== undefined).length >= count ? rows : undefined;
  });

it('waits for a sub-agent without holding anything, and tells its result once', async () => {
  await open();
  const task = use('agent_spawn', { task: '[[say=forty-two]]', label: 'sums', wait: true });
  const text = await answerTo(task);
  expect(text).toMatch(/agent_spawn → \[sub-agent "sums"/);
  const [child, ...more] = await list();
  expect(more).toEqual([]);
  expect(child).toMatchObject({ label: 'sums', state: 'completed', reply: 'forty-two', depth: 1 });
  expect(child?.result).toBe('answered');
  expect(await told(/completed after .*forty-two/)).toBe(1);
});

it('brings a result as a message where nobody waits for it, once', async () => {
  await open();
  await answerTo(use('agent_spawn', { task: '[[first=300]] [[say=forty-two]]', label: 'sums' }));
  await ended(1);
  const shown = await until(async () => {
    const all = (await texts()).filter((one) => /completed after .*forty-two/.test(one));
    return all.some((one) => one.includes('You said')) ? all : undefined;
  });
  expect(shown).toHaveLength(2);
  expect(shown[0]).toContain('"role":"user"');
});

it('gathers what works side by side', async () => {
  await open();
  const spawns = [1, 2, 3].map(
    (n) => `agent_spawn ${JSON.stringify({ task: `[[say=answer ${n}]]` })}`,
  );
  const wait = use('agent_wait', {});
  await answerTo(`[[parallel=${spawns.join(',')}]] ${wait}`);
  const rows = await list();
  expect(rows.map(({ state, reply }) => `${state} ${reply}`).toSorted()).toEqual(
    [1, 2, 3].map((n) => `completed answer ${n}`),
  );
  for (const n of [1, 2, 3]) expect(await told(new RegExp(`\\\\nanswer ${n}`))).toBe(1);
});

it('goes on after a restart in the middle of a wait', async () => {
  await open();
  const runId = await send(
    use('agent_spawn', { task: '[[tokens=30]] [[delay=30]]', wait: true, label: 'slow' }),
  );
  await until(async () => ((await list())[0]?.state === 'running' ? true : undefined));
  await gateway.restart();
  const { status, text } = await gateway.server.call('agent.wait', { runId });
  expect(status).toBe('completed');
  expect(text).toContain('"slow"');
  expect(await list()).toMatchObject([{ state: 'completed', result: 'answered' }]);
});

it('never has more tools than its parent, nor more than it was given', async () => {
  await open();
  const inner = use('agent_spawn', {
    task: '[[say=deep]]',
    tools: ['note_add', 'web_fetch'],
    wait: true,
  });
  const tools = ['current_time', 'web_fetch', 'agent_spawn'];
  await answerTo(use('agent_spawn', { task: inner, tools, wait: true }));
  const offered = gateway.model.calls.map((call) => call.tools.map(({ name }) => name));
  expect(offered.filter((names) => names.length <= 3)).toEqual(
    expect.arrayContaining([['agent_spawn', 'current_time', 'web_fetch'], ['web_fetch']]),
  );
  expect(await list()).toMatchObject([{ depth: 1 }, { depth: 2, reply: 'deep' }]);
});

it('refuses what the limits do not allow, in words', async () => {
  await open({
    adjust: ({ agents }) => {
      Object.assign(agents.defaults.subagents, { maxDepth: 1, maxChildren: 1 });
      agents.list.push({ id: 'other' });
    },
  });
  const inner = use('agent_spawn', { task: '[[say=deep]]', wait: true });
  await answerTo(use('agent_spawn', { task: inner, wait: true }));
  expect((await list())[0]?.reply).toContain('not be nested deeper than 1');
  expect(await answerTo(use('agent_spawn', { task: 'x', agent: 'other' }))).toContain(
    'The agent other may not be asked',
  );
  const two = ['[[first=400]] a', 'b'].map((task) => `agent_spawn ${JSON.stringify({ task })}`);
  await answerTo(`[[parallel=${two.join(',')}]]`);
  const said = (await texts()).join('\n');
  expect(said).toContain('1 sub-agents of this conversation work already');
});

it('gives another agent that it may ask a task of its own, with that agent’s model and prompt', async () => {
  await open({
    adjust: ({ agents }) => {
      agents.defaults.subagents.allow = ['cook'];
      agents.list.push({ id: 'cook', system: 'You love soup.', tools: { deny: ['web_fetch'] } });
    },
  });
  await answerTo(use('agent_spawn', { task: '[[say=soup]]', agent: 'cook', wait: true }));
  expect(await list()).toMatchObject([{ agentId: 'cook', reply: 'soup' }]);
  const call = gateway.model.calls.find(({ system }) => system.includes('You love soup.'));
  expect(call?.system).toContain('You are a sub-agent');
  expect(call?.tools.map(({ name }) => name)).not.toContain('web_fetch');
});

it('stops all below with what is stopped, and says nothing of it afterwards', async () => {
  await open();
  const slow = '[[tokens=400]] [[delay=30]]';
  const inner = use('agent_spawn', { task: slow, label: 'below', wait: true });
  await send(use('agent_spawn', { task: inner, label: 'above', wait: true }));
  await until(async () =>
    (await list()).filter(({ state }) => state === 'running').length === 2 ? true : undefined,
  );
  expect(await gateway.server.call('chat.abort', { sessionKey: 'main' })).toMatchObject({
    aborted: true,
  });
  const rows = await list();
  expect(rows).toMatchObject([
    { label: 'above', state: 'aborted', result: 'cancelled' },
    { label: 'below', state: 'aborted', result: 'cancelled' },
  ]);
  const calls = gateway.model.calls.length;
  expect(await answerTo('[[say=still here]]')).toContain('still here');
  expect(gateway.model.calls.length).toBe(calls + 1);
});

it('stops one sub-agent alone, and its parent is told', async () => {
  await open();
  const runId = await send(
    use('agent_spawn', { task: '[[tokens=400]] [[delay=30]]', label: 'slow', wait: true }),
  );
  const id = await until(async () => {
    const [row] = await list();
    return row?.state === 'running' ? row.id : undefined;
  });
  expect(await gateway.server.call('subagents.stop', { id })).toEqual({ stopped: true });
  expect(await gateway.server.call('subagents.stop', { id })).toEqual({ stopped: false });
  const { status } = await gateway.server.call('agent.wait', { runId });
  expect(status).toBe('completed');
  expect((await texts()).join('\n')).toContain('aborted by operator after');
});

it('steers a sub-agent that keeps its context', async () => {
  await open();
  const runId = await send(
    use('agent_spawn', { task: '[[id=first]] [[tokens=400]] [[delay=30]]', wait: true }),
  );
  const id = await until(async () => {
    const [row] = await list();
    return row?.state === 'running' ? row.id : undefined;
  });
  const steering = { id, message: '[[id=second]] [[tokens=2]]', idempotencyKey: 'steer' };
  expect(await gateway.server.call('subagents.steer', steering)).toEqual({ steered: true });
  expect(await gateway.server.call('subagents.steer', steering)).toEqual({ steered: true });
  await gateway.server.call('agent.wait', { runId });
  const [row] = await list();
  expect(row).toMatchObject({ id, state: 'completed' });
  expect(row?.reply).toContain('(id=second)');
  const seen = gateway.model.calls.map(({ messages }) => messages.map((one) => one.text).join('|'));
  expect(seen.some((one) => /id=first.*id=first.*id=second/s.test(one))).toBe(true);
  const late = { ...steering, idempotencyKey: 'late' };
  expect(await gateway.server.call('subagents.steer', late)).toEqual({ steered: false });
});

it('ends a sub-agent that takes longer than it was given', async () => {
  await open();
  const task = '[[tokens=400]] [[delay=30]]';
  const text = await answerTo(use('agent_spawn', { task, timeoutMs: 300, wait: true }));
  expect(text).toContain('aborted by timeout');
  expect(await list()).toMatchObject([{ state: 'aborted', outcome: { by: 'timeout' } }]);
});

it('gives a wait up after its time, while the work goes on', async () => {
  await open();
  const spawn = use('agent_spawn', { task: '[[first=1500]] [[say=late]]', label: 'slow' });
  const text = await answerTo(`${spawn} ${use('agent_wait', { timeoutMs: 200 })}`);
  expect(text).toContain('is still running');
  await ended(1);
});

it('lets a person speak to a run that waits', async () => {
  await open();
  const task = '[[tokens=100]] [[delay=30]]';
  const runId = await send(use('agent_spawn', { task, label: 'slow', wait: true }));
  await until(async () => ((await list())[0]?.state === 'running' ? true : undefined));
  const message = { sessionKey: 'main', message: 'how far are you?', idempotencyKey: 'steer' };
  await gateway.server.call('chat.send', { ...message, queueMode: 'steer' });
  const { status, text } = await gateway.server.call('agent.wait', { runId });
  expect(status).toBe('completed');
  expect(text).toContain('is still running');
  await gateway.server.call('chat.abort', { sessionKey: 'main' });
});

it('answers a stateless request with the result, whether or not the model asks to wait', async () => {
  await open();
  const content = use('agent_spawn', { task: '[[first=200]] [[say=forty-two]]', label: 'sums' });
  const body = JSON.stringify({ model: 'cuttle', messages: [{ role: 'user', content }] });
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(await response.text()).toContain('sub-agent');
  const { subagents } = await gateway.server.call('subagents.list', {});
  expect(subagents).toMatchObject([{ state: 'completed', result: 'answered' }]);
});

it('passes a message to another agent and brings its answer', async () => {
  await open({
    adjust: ({ agents }) => {
      Object.assign(agents.defaults.subagents, { allow: ['*'], maxHops: 2 });
      agents.list.push({ id: 'cook' });
    },
  });
  const text = await answerTo(
    use('session_send', { to: 'cook', text: '[[say=soup]]', wait: true }),
  );
  expect(text).toContain('session_send → [sub-agent "cook"');
  expect((await texts('agent:cook:main')).join('\n')).toContain('message from the agent main');
  const pass = use('session_send', { to: 'main', text: '[[say=back]]' });
  await answerTo(use('session_send', { to: 'cook', text: pass, wait: true }));
  await until(async () =>
    (await texts()).some((one) => one.includes('message from the agent cook')) ? true : undefined,
  );
});

it('refuses a message that went through too many agents, and a circle of waits', async () => {
  await open({
    adjust: ({ agents }) => {
      Object.assign(agents.defaults.subagents, { allow: ['*'], maxHops: 1 });
      agents.list.push({ id: 'cook' });
    },
  });
  const pass = use('session_send', { to: 'main', text: 'back' });
  await answerTo(use('session_send', { to: 'cook', text: pass, wait: true }));
  expect((await texts('agent:cook:main')).join('\n')).toContain('went through 1 agents already');
});

it('tells whoever follows the parent that a sub-agent began and ended, and counts it', async () => {
  await open();
  const client = await gateway.connect();
  await client.call('events.subscribe', { sessionKeys: ['main'] });
  await answerTo(use('agent_spawn', { task: '[[say=done]]', wait: true }));
  const [row] = await list();
  const isOne = ({
    event,
    payload,
  }: {
    event: string;
    payload: Readonly<Record<string, unknown>>;
  }) => event === 'session' && payload['subagentId'] === row?.id;
  await expect.poll(() => client.events.filter(isOne).length).toBe(2);
  expect(await answerTo('/status')).toContain('sub-agents: 0');
  expect(await gateway.server.call('status', {})).toMatchObject({ subagents: 0 });
});
