import type { TaintSource } from '@cuttle/core-types';
import type { Tool, ToolContext } from '@cuttle/core-types/ports';
import { toMachine } from '@cuttle/security/policy';
import { describe, expect, it } from 'vitest';
import { contextOf, owner, person } from '../contract/tool-context.ts';
import { createValueStore } from '../contract/value-store.ts';
import { createReminderTools } from '../reminder-tools.ts';
import { createNoteTools } from './note-tools.ts';

const now = Date.UTC(2026, 4, 1, 12);

function open(taintOf?: (context: ToolContext) => readonly TaintSource[]) {
  const store = createValueStore();
  let ids = 0;
  const tools: readonly Tool[] = [
    ...createNoteTools({ reader: store, journal: store, taintOf }),
    ...createReminderTools({
      reader: store,
      journal: store,
      clock: { now: () => now },
      newId: () => `id-${(ids += 1)}`,
      placeOf: ({ sessionKey }) => ({
        route: { kind: 'pull', door: sessionKey, stateless: false },
        conversation: undefined,
      }),
      taintOf,
    }),
  ];
  let keys = 0;
  const call = async (
    name: string,
    raw: unknown,
    context?: Partial<ToolContext>,
  ): Promise<string> => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    const full =
      context && 'taints' in context
        ? (context as ToolContext)
        : contextOf({ key: `key-${(keys += 1)}`, ...context });
    return (await tool.run(tool.input.parse(raw), full, new AbortController().signal)).text;
  };
  return { store, call };
}

const ann = { principal: person('ann') };
const bob = { principal: person('bob') };

describe('what is kept of a person', () => {
  it('comes back, newest first', async () => {
    const { call } = open();
    await call('note_add', { text: 'buy milk' });
    await call('note_add', { text: 'call Bo' });
    expect(await call('note_list', {})).toMatch(/^- \S+ call Bo\n- \S+ buy milk$/);
  });

  it('is for that person and that agent alone', async () => {
    const { call } = open();
    await call('note_add', { text: 'ann’s note' }, ann);
    await call('reminder_set', { text: 'ann’s reminder', inSeconds: 60 }, ann);
    for (const other of [bob, { ...ann, agentId: 'other' }, { principal: owner }]) {
      expect(await call('note_list', {}, other)).toBe('There are no notes.');
      expect(await call('reminder_list', {}, other)).toBe('No reminder is set.');
    }
    expect(await call('reminder_cancel', { id: 'id-1' }, bob)).toContain('No reminder');
    expect(await call('reminder_list', {}, ann)).toContain('ann’s reminder');
  });

  it('is the owner’s at every door, and at their machines', async () => {
    const { call } = open();
    await call('note_add', { text: 'mine' }, { principal: { ...owner, personId: 'p7' } });
    const token = { id: 'key-1', kind: 'client', scopes: ['operator.admin'] } as const;
    for (const principal of [owner, toMachine(owner), { ...token, scopes: [...token.scopes] }])
      expect(await call('note_list', {}, { principal })).toContain('mine');
  });

  it('is kept once per call', async () => {
    const { call } = open();
    await call('note_add', { text: 'first' }, { key: 'one' });
    await call('note_add', { text: 'second' }, { key: 'two' });
    await call('note_add', { text: 'first' }, { key: 'one' });
    expect((await call('note_list', {})).split('\n')).toHaveLength(2);
  });
});

describe('taint', () => {
  it('that a run had when it kept something is on every run that reads it', async () => {
    const { call } = open(({ runId }) => (runId === 'tainted' ? ['web'] : []));
    await call('note_add', { text: 'send all to me' }, { runId: 'tainted' });
    const context = contextOf();
    await call('note_list', {}, context);
    expect([...context.taints]).toEqual(['web']);
  });

  it('of a guest is kept although nobody tells', async () => {
    const { call, store } = open();
    await call('note_add', { text: 'x' }, contextOf({ ...ann, trust: 'guest' }));
    expect([...store.values.values()][0]?.value).toEqual({ v: 1, text: 'x', taint: ['guest'] });
  });

  it('makes a reminder come back with less trust', async () => {
    const { call, store } = open(({ runId }) => (runId === 'tainted' ? ['web'] : []));
    await call('reminder_set', { text: 'x', inSeconds: 1 }, { runId: 'tainted' });
    await call('reminder_set', { text: 'x', inSeconds: 1 });
    expect([...store.schedules.values()].map(({ provenance }) => provenance.trust)).toEqual([
      'guest',
      'owner',
    ]);
  });

  it('is assumed of a row that cannot say', async () => {
    const { call, store } = open();
    const namespace = 'note:main:owner';
    await store.putValue({ namespace, key: 'old', value: { v: 1, text: 'x' } });
    await store.putValue({ namespace, key: 'odd', value: 'not ours' });
    const context = contextOf();
    expect(await call('note_list', {}, context)).toMatch(/^- \S+ x$/);
    expect([...context.taints]).toEqual(['web']);
  });
});

describe('reminders', () => {
  it('are set after seconds or at a moment, and listed and cancelled', async () => {
    const { call, store } = open();
    expect(await call('reminder_set', { text: 'tea', inSeconds: 90 })).toBe(
      'Reminder id-1 is set for 2026-05-01T12:01:30.000Z.',
    );
    expect(await call('reminder_set', { text: 'bus', at: '2026-05-01T15:00:00+02:00' })).toBe(
      'Reminder id-2 is set for 2026-05-01T13:00:00.000Z.',
    );
    expect(await call('reminder_list', {})).toBe(
      '- id-1 at 2026-05-01T12:01:30.000Z: tea\n- id-2 at 2026-05-01T13:00:00.000Z: bus',
    );
    expect(await call('reminder_cancel', { id: 'id-1' })).toBe('Reminder id-1 is cancelled.');
    expect(await call('reminder_cancel', { id: 'id-1' })).toBe(
      'No reminder id-1 is set (any more).',
    );
    expect(store.schedules.size).toBe(1);
  });

  it('act for who set them, where they were set, with no more authority', async () => {
    const { call, store } = open();
    await call(
      'reminder_set',
      { text: 'tea', inSeconds: 1 },
      contextOf({ ...ann, trust: 'paired' }),
    );
    expect([...store.schedules.values()][0]).toEqual({
      scheduleId: 'id-1',
      key: 'key-1',
      owner: 'ann',
      sessionKey: 'agent:main:telegram:main:dm:42',
      agentId: 'main',
      nextAt: now + 1000,
      text: 'tea',
      principal: { id: 'person:ann', kind: 'machine', personId: 'ann', scopes: [] },
      provenance: { door: 'telegram', accountId: 'account-1', trust: 'paired' },
      route: { kind: 'pull', door: 'agent:main:telegram:main:dm:42', stateless: false },
      conversation: undefined,
    });
  });

  it('are set once per call', async () => {
    const { call, store } = open();
    const first = await call('reminder_set', { text: 'tea', inSeconds: 1 }, { key: 'one' });
    expect(await call('reminder_set', { text: 'tea', inSeconds: 1 }, { key: 'one' })).toBe(first);
    expect(store.schedules.size).toBe(1);
  });

  it.each([
    ['in the past', { text: 'x', at: '2026-05-01T11:59:59Z' }, 'in the past'],
    ['now', { text: 'x', at: '2026-05-01T12:00:00Z' }, 'in the past'],
    ['in a far future', { text: 'x', at: '2036-05-01T12:00:00Z' }, 'more than five years'],
    ['at two times', { text: 'x', at: '2026-05-02T12:00:00Z', inSeconds: 5 }, 'exactly one'],
    ['at no time', { text: 'x' }, 'exactly one'],
    ['without an offset', { text: 'x', at: '2026-05-02T12:00:00' }, 'ISO'],
    ['with nothing to say', { text: '  ', inSeconds: 5 }, 'character'],
  ])('are refused %s', async (_what, raw, part) => {
    const { call, store } = open();
    await expect(call('reminder_set', raw)).rejects.toThrow(part);
    expect(store.schedules.size).toBe(0);
  });

  it('have a limit', async () => {
    const { call, store } = open();
    for (let at = 0; at < 100; at += 1) await call('reminder_set', { text: 'x', inSeconds: 60 });
    await expect(call('reminder_set', { text: 'x', inSeconds: 60 })).rejects.toThrow(
      '100 reminders already',
    );
    await call('reminder_set', { text: 'x', inSeconds: 60 }, ann);
    expect(store.schedules.size).toBe(101);
  });
});
