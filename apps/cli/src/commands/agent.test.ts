import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const cook = {
  agentId: 'cook',
  name: 'Chef',
  emoji: '🍲',
  model: 'local/m1',
  fallbacks: ['local/m2'],
  thinking: 'low',
  queueMode: 'collect',
  workspace: '/home/x/workspace/cook',
  tools: { profile: 'messaging', allow: ['web_fetch'], deny: ['math_eval'], approvals: 'ask' },
  orders: ['Never use nuts.'],
};
const at = '2026-01-02T03:04:05.678Z';
const child = {
  id: 's1',
  kind: 'task',
  label: 'Read the news',
  agentId: 'main',
  state: 'running',
  depth: 1,
  sessionKey: 'agent:main:subagent:s1',
  parentSessionKey: 'agent:main:main',
  parentRunId: 'r1',
  rootRunId: 'r1',
  startedAt: at,
};

describe('agent', () => {
  it('lists the agents by what they are called', async () => {
    const { cli } = await benchWith({
      'agents.list': () => ({ default: 'cook', agents: [cook, { agentId: 'b', model: 'x/y' }] }),
    });
    expect(await cli.run('agent', 'list')).toEqual({
      status: 0,
      out: 'Agent  Name     Model\ncook   🍲 Chef  local/m1\nb               x/y\n',
      err: '',
    });
  });

  it('shows the settings of one', async () => {
    const { cli, gateway } = await benchWith({ 'agents.get': () => cook });
    const { status, out } = await cli.run('agent', 'show', 'cook');
    expect({ status, lines: out.split('\n') }).toEqual({
      status: 0,
      lines: [
        'agent      cook',
        'name       🍲 Chef',
        'model      local/m1, then local/m2',
        'thinking   low',
        'queue      collect',
        'workspace  /home/x/workspace/cook',
        'tools      messaging and web_fetch without math_eval',
        'approvals  ask',
        'order      Never use nuts.',
        '',
      ],
    });
    expect(gateway.received.at(-1)?.params).toEqual({ agentId: 'cook' });
  });

  it('shows what one is told, part by part, with token counts', async () => {
    const parts = [
      { id: 'base', state: 'whole', tokens: 300, text: 'You are \u001B[31mCuttle\u001B[0m.' },
      { id: 'memory', state: 'cut', tokens: 90, budget: 90, text: 'A cat.' },
      { id: 'user', state: 'private', tokens: 0, budget: 50, text: '' },
      { id: 'soul', state: 'unusable', problem: 'it is a link', tokens: 0, budget: 50, text: '' },
    ];
    const { cli, gateway } = await benchWith({
      'agents.prompt': () => ({ parts, tokens: 390, tools: { count: 7, tokens: 800 } }),
    });
    const argv = ['agent', 'prompt', '--agent', 'cook', '--session', 'agent:cook:main'];
    const { status, out } = await cli.run(...argv);
    expect({ status, lines: out.split('\n') }).toEqual({
      status: 0,
      lines: [
        'Part    Tokens  Budget  State',
        'base    300',
        'memory  90      90      cut to its budget',
        'user    0       50      left out: others read along',
        'soul    0       50      left out: it is a link',
        '390 tokens in all, and about 800 for the schemas of 7 tools.',
        '',
        'base',
        'You are Cuttle.',
        '',
        'memory',
        'A cat.',
        '',
      ],
    });
    const params = { agentId: 'cook', sessionKey: 'agent:cook:main' };
    expect(gateway.received.at(-1)?.params).toEqual(params);
  });

  it('asks about the default one where none is named', async () => {
    const { cli, gateway } = await benchWith({
      'agents.prompt': () => ({ parts: [], tokens: 0, tools: { count: 0, tokens: 0 } }),
    });
    expect(await cli.run('agent', 'prompt')).toMatchObject({ status: 0 });
    expect(gateway.received.at(-1)?.params).toEqual({});
  });
});

describe('agent runs', () => {
  it('shows those at work, and with a session a tree', async () => {
    const below = { ...child, id: 's2', label: 'Check it', depth: 2, state: 'completed' };
    const { cli, gateway } = await benchWith({
      'subagents.list': () => ({ subagents: [child, below] }),
    });
    const flat = await cli.run('agent', 'runs');
    expect(flat.out.split('\n').slice(0, 3)).toEqual([
      'Id  State      Agent  Began                 Task           Session',
      's1  running    main   2026-01-02 03:04:05Z  Read the news  agent:main:subagent:s1',
      's2  completed  main   2026-01-02 03:04:05Z  Check it       agent:main:subagent:s1',
    ]);
    expect(gateway.received.at(-1)?.params).toEqual({ open: true, limit: 50 });
    const tree = await cli.run('agent', 'runs', '-s', 'main', '--all', '-n', '3');
    expect(tree.out).toContain('  Check it  ');
    const params = { open: false, limit: 3, sessionKey: 'main' };
    expect(gateway.received.at(-1)?.params).toEqual(params);
  });

  it('shows whose a task of a worker outside is, and how far', async () => {
    const outside = { ...child, worker: 'builder', progress: '2 of 3' };
    const { cli } = await benchWith({ 'subagents.list': () => ({ subagents: [outside] }) });
    expect((await cli.run('agent', 'runs')).out.split('\n')[1]).toBe(
      's1  running  worker builder  2026-01-02 03:04:05Z  Read the news: 2 of 3  agent:main:subagent:s1',
    );
  });

  it('says that none works', async () => {
    const { cli } = await benchWith({ 'subagents.list': () => ({ subagents: [] }) });
    expect(await cli.run('agent', 'runs')).toMatchObject({ out: 'No sub-agent works.\n' });
  });

  it('steers and stops one by its id', async () => {
    const { cli, gateway } = await benchWith({
      'subagents.steer': () => ({ steered: true }),
      'subagents.stop': () => ({ stopped: true }),
    });
    expect(await cli.run('agent', 'steer', 's1', 'to the left')).toEqual({
      status: 0,
      out: 'It was told.\n',
      err: '',
    });
    expect(gateway.received.at(-1)?.params).toMatchObject({ id: 's1', message: 'to the left' });
    expect(await cli.run('agent', 'stop', 's1')).toEqual({ status: 0, out: 'Stopped.\n', err: '' });
    expect(gateway.received.at(-1)?.params).toEqual({ id: 's1' });
  });

  it('fails where it has ended', async () => {
    const { cli } = await benchWith({
      'subagents.steer': () => ({ steered: false }),
      'subagents.stop': () => ({ stopped: false }),
    });
    for (const argv of [
      ['agent', 'steer', 's1', 'left'],
      ['agent', 'stop', 's1'],
    ]) {
      const { status, out, err } = await cli.run(...argv);
      expect({ status, out }).toEqual({ status: 1, out: '' });
      expect(err).toContain('subagent.not-found: The sub-agent s1 has ended.');
    }
  });
});
