import { describe, expect, it } from 'vitest';
import type { CallMessage, ModelCall } from '../model-call.ts';
import { assistantMessage, toolMessage, userMessage } from '../model-call.ts';
import { emptyVerdict } from './crash-record.ts';
import { judgeEffects, judgeModelCalls, type PlannedEffect } from './judge-effects.ts';
import type { LedgerAttempt } from './tool-ledger.ts';

const attempt = (
  effect: LedgerAttempt['effect'],
  over: Partial<LedgerAttempt> = {},
): LedgerAttempt => ({ effect, call: 'c', key: 'k', outcome: 'applied', at: 0, ...over });
const planned = (
  effect: PlannedEffect['effect'],
  runs: PlannedEffect['runs'] = 'surely',
): PlannedEffect[] => [{ name: 'c', effect, runs }];

describe('what tools did', () => {
  it.each(['pure', 'keyed', 'probeable', 'opaque'] as const)('is sound once: %s', (effect) => {
    expect(judgeEffects(planned(effect), [attempt(effect)])).toEqual(emptyVerdict);
  });

  it.each(['pure', 'keyed', 'probeable'] as const)('is lost where it never was: %s', (effect) => {
    expect(judgeEffects(planned(effect), []).lost).toEqual(['c never took effect']);
    expect(judgeEffects(planned(effect, 'maybe'), [])).toEqual(emptyVerdict);
    const cut = attempt(effect, { outcome: 'pending' });
    expect(judgeEffects(planned(effect), [cut]).lost).toEqual(['c never took effect']);
  });

  it('may not have been where it was opaque', () => {
    expect(judgeEffects(planned('opaque'), [])).toEqual(emptyVerdict);
  });

  it('may be repeated where it is pure, and keyed under the same key', () => {
    expect(judgeEffects(planned('pure'), [attempt('pure'), attempt('pure')])).toEqual(emptyVerdict);
    const again = attempt('keyed', { outcome: 'repeated' });
    expect(judgeEffects(planned('keyed'), [attempt('keyed'), again])).toEqual(emptyVerdict);
  });

  it.each(['pure', 'keyed'] as const)('is never repeated under another key: %s', (effect) => {
    const { violations } = judgeEffects(planned(effect), [
      attempt(effect),
      attempt(effect, { key: 'other' }),
    ]);
    expect(violations).toEqual(['c came with 2 keys']);
  });

  it.each(['keyed', 'probeable', 'opaque'] as const)(
    'is doubled where it was twice: %s',
    (effect) => {
      const { doubled } = judgeEffects(planned(effect), [attempt(effect), attempt(effect)]);
      expect(doubled).toContain('c took effect 2 times');
    },
  );

  it('is doubled where an opaque call was asked for again, whatever came of it', () => {
    const cut = attempt('opaque', { outcome: 'pending' });
    expect(judgeEffects(planned('opaque'), [cut, attempt('opaque')]).doubled).toEqual([
      'c was repeated',
    ]);
  });

  it('is nothing that no script asked for', () => {
    expect(judgeEffects([], [attempt('pure')]).violations).toEqual([
      'A call that no script made took effect: c',
    ]);
  });
});

describe('what the model was asked', () => {
  const ask = (text: string, ...messages: readonly CallMessage[]): ModelCall => ({
    dialect: 'openai',
    model: 'm',
    system: '',
    messages,
    tools: [],
    delivery: 'stream',
    order: 1,
    request: {
      order: 1,
      method: 'POST',
      path: '/',
      headers: {},
      keyIndex: 0,
      text,
      body: {},
      status: 200,
      outcome: 'answered',
      settled: Promise.resolve(),
      timing: { receivedAt: 0, endedAt: 0 },
    },
  });
  const question = userMessage('[[id=a]] go');

  it('may be asked again once for each kill, with the same bytes', () => {
    expect(judgeModelCalls([ask('x', question), ask('x', question)], 1)).toEqual(emptyVerdict);
    expect(judgeModelCalls([ask('x', question), ask('x', question)], 0).violations).toEqual([
      'The model was asked 2 times with 0 kills: a step 1',
    ]);
  });

  it('is not asked again in other words', () => {
    expect(judgeModelCalls([ask('x', question), ask('y', question)], 1).violations).toEqual([
      'The model was asked 2 different things: a step 1',
    ]);
  });

  it('is asked anew about something else', () => {
    const calls = [ask('x', question), ask('y', question)];
    expect(judgeModelCalls(calls, 0, ({ request }) => ` of ${request.text}`)).toEqual(emptyVerdict);
    expect(judgeModelCalls(calls, 1, () => ' of all').violations).toEqual([
      'The model was asked 2 different things: a step 1 of all',
    ]);
  });

  it('is asked anew in each step and each turn', () => {
    const step = [
      question,
      assistantMessage('', [{ callId: '1', name: 't', input: {} }]),
      toolMessage('1', 'ok'),
    ];
    const turn = [...step, assistantMessage('done', []), userMessage('[[id=b]] more')];
    const calls = [ask('x', question), ask('y', ...step), ask('z', ...turn)];
    expect(judgeModelCalls(calls, 0)).toEqual(emptyVerdict);
  });
});
