import { estimateTokens } from '@cuttle/agent';
import type { Principal } from '@cuttle/core-types';
import type { Tool, WorkspaceFile } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import type { AgentSettings } from '../settings.ts';
import { audienceOf } from './audience.ts';
import { createPromptBuilder, type PromptFacts, toPrompt } from './build-prompt.ts';
import { promptFiles, promptTable } from './part-table.ts';

const agent: AgentSettings = {
  id: 'main',
  identity: { name: 'Cuttle', emoji: '🦑', avatar: undefined },
  model: undefined,
  fallbacks: [],
  system: undefined,
  orders: [],
  promptTokens: {},
  privateFiles: 'owner',
  thinking: undefined,
  tools: { profile: 'full', allow: [], deny: [], approvals: 'ask' },
  limits: {},
  context: {},
  queueMode: 'followup',
  subagents: { allow: [], workers: [], maxDepth: 2, maxChildren: 5, maxHops: 5, timeoutMs: 60_000 },
};
const tool = { name: 'look' } as Tool; // tools are only counted here
const facts: PromptFacts = {
  agent,
  account: undefined,
  route: { kind: 'push', chat: 'dm' },
  audience: 'private',
  orders: [],
  persona: undefined,
  tools: [tool],
  turnSystem: undefined,
};
const everything: PromptFacts = {
  ...facts,
  agent: { ...agent, system: 'SYSTEM' },
  account: { identity: {}, hint: 'HINT' },
  orders: ['ORDER'],
  persona: 'PERSONA',
  turnSystem: 'TURN',
};

/** A builder over files that a test changes. */
function builderOver(texts: Readonly<Record<string, string>>): {
  readonly prompts: ReturnType<typeof createPromptBuilder>;
  put(name: string, text: string): void;
} {
  const files = new Map<string, WorkspaceFile>();
  const put = (name: string, text: string): void =>
    void files.set(name, { name, text, bytes: Buffer.byteLength(text), unread: 0 });
  for (const [name, text] of Object.entries(texts)) put(name, text);
  const read = async (_agentId: string, names: readonly string[]): Promise<WorkspaceFile[]> =>
    names.flatMap((name) => files.get(name) ?? []);
  return { prompts: createPromptBuilder({ files: { read } }), put };
}

const ownFiles = Object.fromEntries(promptFiles.map((name) => [name, `TEXT OF ${name}`]));

describe('the system prompt', () => {
  it('holds every part in the order of its table', async () => {
    const { prompts } = builderOver(ownFiles);
    const parts = await prompts.build(everything);
    expect(parts.map(({ id }) => id)).toEqual(promptTable.map(({ id }) => id));
    const text = toPrompt(parts);
    const places = ['🦑', 'Use tools', 'ORDER', 'SYSTEM', 'AGENTS.md', 'SOUL.md', 'TOOLS.md']
      .concat(['USER.md', 'messenger chat', 'HINT', 'PERSONA', 'MEMORY.md', 'TURN'])
      .map((word) => text.indexOf(word));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('stays below 2,000 tokens before the owner says anything', async () => {
    const { prompts } = builderOver({});
    const parts = await prompts.build(facts);
    expect(estimateTokens(toPrompt(parts))).toBeLessThan(300);
    const fixed = promptTable.filter(({ id }) => !id.endsWith('.md') && id !== 'hint');
    const most = fixed.reduce(
      (sum, { id, tokens = 0 }) => sum + (id === 'persona' ? 0 : tokens),
      0,
    );
    expect(most).toBeLessThanOrEqual(2000);
  });

  it('has the same bytes turn after turn, and changes only behind what changed', async () => {
    const { prompts, put } = builderOver(ownFiles);
    const before = toPrompt(await prompts.build(everything));
    expect(toPrompt(await prompts.build(everything))).toBe(before);
    put('MEMORY.md', 'something new');
    const after = toPrompt(await prompts.build(everything));
    const stable = before.slice(0, before.indexOf('# MEMORY.md'));
    expect(stable.length).toBeGreaterThan(300);
    expect(after.startsWith(stable)).toBe(true);
    const other = toPrompt(await prompts.build({ ...everything, turnSystem: 'ANOTHER TURN' }));
    expect(other.startsWith(after.slice(0, after.indexOf('TURN')))).toBe(true);
  });

  it('leaves the private files out where others read along', async () => {
    const { prompts } = builderOver(ownFiles);
    const parts = await prompts.build({ ...everything, audience: 'others' });
    const text = toPrompt(parts);
    expect(text).not.toContain('USER.md');
    expect(text).not.toContain('MEMORY.md');
    expect(text).toContain('TEXT OF SOUL.md');
    expect(parts.filter(({ state }) => state === 'private').map(({ id }) => id)).toEqual([
      'USER.md',
      'MEMORY.md',
    ]);
  });

  it.each([
    ['words', 'word '.repeat(60_000)],
    ['lines', 'a line of the file\n'.repeat(20_000)],
    ['signs of two units', '🦑'.repeat(50_000)],
  ])('cuts a file of %s at its budget, and says so', async (_what, text) => {
    const { prompts } = builderOver({ 'SOUL.md': text });
    const part = (await prompts.build(facts)).find(({ id }) => id === 'SOUL.md');
    expect(part).toMatchObject({ state: 'cut', budget: 2000 });
    expect(part?.tokens).toBeLessThan(2050);
    expect(part?.tokens).toBeGreaterThan(1500);
    expect(part?.text).toMatch(/\[… SOUL\.md is cut here: \d+ more characters are left out\]$/);
    expect(part?.text.isWellFormed()).toBe(true);
  });

  it('takes the budgets of the agent', async () => {
    const { prompts } = builderOver({ 'SOUL.md': 'word '.repeat(100) });
    const small = { ...agent, promptTokens: { 'SOUL.md': 20 } };
    const parts = await prompts.build({ ...facts, agent: small });
    expect(parts.find(({ id }) => id === 'SOUL.md')).toMatchObject({ state: 'cut', budget: 20 });
    const whole = await prompts.build(facts);
    expect(whole.find(({ id }) => id === 'SOUL.md')).toMatchObject({ state: 'whole' });
  });

  it('never cuts a standing order', async () => {
    const orders = Array.from({ length: 100 }, (_none, n) => `${n}: ${'never '.repeat(300)}`);
    const parts = await builderOver({}).prompts.build({ ...facts, orders });
    const part = parts.find(({ id }) => id === 'orders');
    expect(part?.state).toBe('whole');
    for (const order of orders) expect(part?.text).toContain(order.trim());
  });

  it.each([
    ['agent', {}, 'Cuttle', '🦑'],
    ['account', { name: 'Ink' }, 'Ink', '🦑'],
    ['account', { emoji: '🐙' }, 'Cuttle', '🐙'],
  ])('takes the identity of the %s: %j', async (_layer, identity, name, emoji) => {
    const account = { identity, hint: undefined };
    const text = toPrompt(await builderOver({}).prompts.build({ ...facts, account }));
    expect(text).toContain(`You are ${name},`);
    expect(text).toContain(emoji);
  });
});

describe('who reads along', () => {
  const owner: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };
  const ann: Principal = { id: 'person:1', kind: 'person', scopes: [] };
  const chat = (kind: 'dm' | 'group') =>
    ({ kind: 'push', door: 'telegram', accountId: 'a', target: {}, chat: kind }) as const;
  const web = { kind: 'pull', door: 'web', stateless: false } as const;
  const from = (trust: 'owner' | 'paired' | 'guest' | 'stranger') =>
    ({ door: 'telegram', accountId: 'a', trust }) as const;

  it.each([
    ['the owner at the page', owner, from('owner'), web, 'owner', 'private'],
    ['the owner in private', owner, from('owner'), chat('dm'), 'owner', 'private'],
    ['the owner in a group', owner, from('owner'), chat('group'), 'paired', 'others'],
    ['someone let in', ann, from('paired'), chat('dm'), 'owner', 'others'],
    ['someone let in, if so wished', ann, from('paired'), chat('dm'), 'paired', 'private'],
    ['someone let in, in a group', ann, from('paired'), chat('group'), 'paired', 'others'],
    ['a guest', ann, from('guest'), chat('dm'), 'paired', 'others'],
    ['a stranger', ann, from('stranger'), chat('dm'), 'paired', 'others'],
    ['an owner whom the door does not vouch for', owner, from('guest'), web, 'paired', 'others'],
  ] as const)('%s', (_who, principal, provenance, route, privateFiles, audience) => {
    expect(audienceOf({ privateFiles }, { principal, provenance, route })).toBe(audience);
  });
});
