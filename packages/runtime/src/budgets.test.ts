import type { Principal } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { type BudgetSettings, budgetsFor, namedBudgets } from './budgets.ts';

const day = (limitMicros: number) => ({ limitMicros, downgradeTo: undefined });
const settings: BudgetSettings = {
  gateway: day(100),
  agents: { '*': day(10), main: day(50) },
  persons: { ann: day(1) },
  answerTokens: 100,
};
const principal = (id: string): Principal => ({ id, kind: 'person', scopes: [] });

describe('budgetsFor', () => {
  it.each([
    ['main', 'ann', ['person:ann 1', 'agent:main 50', 'gateway 100']],
    ['other', 'bob', ['agent:other 10', 'gateway 100']],
    ['constructor', 'toString', ['agent:constructor 10', 'gateway 100']],
  ])('finds those of %s and %s, the narrowest first', (agentId, person, found) => {
    const budgets = budgetsFor(settings, { agentId, principal: principal(person) });
    expect(budgets.map(({ scope, limitMicros }) => `${scope} ${limitMicros}`)).toEqual(found);
  });

  it('finds none where none is set', () => {
    const none = { gateway: undefined, agents: {}, persons: {}, answerTokens: 1 };
    expect(budgetsFor(none, { agentId: 'main', principal: principal('ann') })).toEqual([]);
  });
});

describe('namedBudgets', () => {
  it('shows those of the gateway, of each agent and of persons who are named', () => {
    expect(namedBudgets(settings, ['main', 'second']).map(({ scope }) => scope)).toEqual([
      'gateway',
      'agent:main',
      'agent:second',
      'person:ann',
    ]);
  });
});
