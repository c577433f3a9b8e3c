import type { SubagentReport } from '@cuttle/core-types/protocol';
import { describe, expect, it } from 'vitest';
import { countsOf, type SubagentNode, treeOf } from './subagent-tree.ts';

const report = (id: string, more: Partial<SubagentReport> = {}): SubagentReport => ({
  id,
  kind: 'task',
  label: id,
  agentId: 'main',
  state: 'completed',
  depth: 1,
  sessionKey: `agent:main:subagent:${id}`,
  parentSessionKey: 'agent:main:main',
  parentRunId: 'run-1',
  rootRunId: 'run-1',
  startedAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
const below = (parent: string, id: string, more: Partial<SubagentReport> = {}): SubagentReport =>
  report(id, {
    parentSessionKey: `agent:main:subagent:${parent}`,
    parentRunId: `run-of-${parent}`,
    depth: 2,
    ...more,
  });
type Outline = readonly (readonly [string, Outline])[];
const outline = (tree: readonly SubagentNode[]): Outline =>
  tree.map(({ subagent, below: inner }) => [subagent.id, outline(inner)] as const);

describe('the tree of sub-agents', () => {
  it('holds what a run began, on every level, whichever run of a sub-agent began it', () => {
    const all = [
      report('a'),
      below('a', 'a1'),
      report('other', { parentRunId: 'run-2' }),
      below('a', 'a2', { parentRunId: 'a-later-run' }),
      report('b'),
    ];
    expect(outline(treeOf(all, { runId: 'run-1' }))).toEqual([
      [
        'a',
        [
          ['a1', []],
          ['a2', []],
        ],
      ],
      ['b', []],
    ]);
    expect(outline(treeOf(all, { runId: 'run-2' }))).toEqual([['other', []]]);
    expect(treeOf(all, { runId: 'run-3' })).toEqual([]);
  });

  it('does not take what a session does by itself for the work of who asked it', () => {
    const asked = report('m', { kind: 'message', sessionKey: 'agent:cook:main' });
    const its = report('own', { parentSessionKey: 'agent:cook:main', parentRunId: 'run-9' });
    expect(outline(treeOf([asked, its], { runId: 'run-1' }))).toEqual([['m', []]]);
  });

  it('is counted over all levels', () => {
    const all = [
      report('a', { state: 'running' }),
      below('a', 'a1'),
      below('a', 'a2', { state: 'queued' }),
      report('b', { state: 'failed' }),
    ];
    expect(countsOf(treeOf(all, { runId: 'run-1' }))).toEqual({ all: 4, open: 2 });
  });
});
