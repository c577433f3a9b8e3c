import type { SubagentReport } from '@cuttle/core-types/protocol';

/** A sub-agent with those it began itself, in the order in which they began. */
export interface SubagentNode {
  readonly subagent: SubagentReport;
  readonly below: readonly SubagentNode[];
}

/** What a run of a session began, as a tree. A session that was only asked for an answer has sub-agents of its own, which are not this run's. */
export function treeOf(
  subagents: readonly SubagentReport[],
  root: { readonly runId: string },
): readonly SubagentNode[] {
  const toNode = (subagent: SubagentReport): SubagentNode => {
    const { kind, sessionKey } = subagent;
    const below = subagents.filter(
      ({ parentSessionKey }) => kind === 'task' && parentSessionKey === sessionKey,
    );
    return { subagent, below: below.map(toNode) };
  };
  return subagents.filter(({ parentRunId }) => parentRunId === root.runId).map(toNode);
}

export function isAtWork({ state }: Pick<SubagentReport, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** All of a tree: `2 of 3 done`, counted over every level. */
export function countsOf(tree: readonly SubagentNode[]): { readonly all: number; open: number } {
  return tree.reduce(
    (sum, { subagent, below }) => {
      const inner = countsOf(below);
      const own = isAtWork(subagent) ? 1 : 0;
      return { all: sum.all + 1 + inner.all, open: sum.open + own + inner.open };
    },
    { all: 0, open: 0 },
  );
}
