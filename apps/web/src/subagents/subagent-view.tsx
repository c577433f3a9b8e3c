import type { SubagentReport } from '@cuttle/core-types/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon, type IconName } from '../app/icon.tsx';
import type { Conversation } from '../conversation/conversation.ts';
import { ApprovalCard } from '../timeline/approval-card.tsx';
import type { SubagentAsk } from './subagent-list.ts';
import { countsOf, isAtWork, type SubagentNode, treeOf } from './subagent-tree.ts';

type Shown = Pick<Conversation, 'subagents' | 'subagentAsks' | 'stopSubagent' | 'decide'>;

/** Whom a run gave work to, and how far they are; nothing where it did all by itself. */
export function Subagents({
  runId,
  conversation,
}: {
  readonly runId: string;
  readonly conversation: Shown;
}): JSX.Element | null {
  const tree = treeOf(conversation.subagents.value, { runId });
  return tree.length === 0 ? null : <Tree tree={tree} conversation={conversation} />;
}

function Tree({
  tree,
  conversation,
}: {
  readonly tree: readonly SubagentNode[];
  readonly conversation: Shown;
}): JSX.Element {
  const { all, open } = countsOf(tree);
  // Open where there is something to follow or to decide; what a person does with it stays.
  const [wasOpen] = useState(open > 0);
  const isOpen = wasOpen || asksOf(tree, conversation).length > 0;
  return (
    <details class="subagents" open={isOpen}>
      <summary>
        <span class="tool-state">
          {open > 0 ? <span class="spinner" /> : <Icon name="branches" />}
        </span>
        <span class="subagents-name">Sub-agents</span>
        <span class="tool-words" role="status">
          {open > 0 ? `${all - open} of ${all} done` : `${all} done`}
        </span>
        <Icon name="chevron" />
      </summary>
      <Branch tree={tree} conversation={conversation} label="Sub-agents of this answer" />
    </details>
  );
}

function Branch({
  tree,
  conversation,
  label,
}: {
  readonly tree: readonly SubagentNode[];
  readonly conversation: Shown;
  readonly label: string;
}): JSX.Element {
  return (
    <ul class="subagent-branch" aria-label={label}>
      {tree.map(({ subagent, below }) => (
        <li key={subagent.id}>
          <Row
            subagent={subagent}
            asks={asksOf([{ subagent, below: [] }], conversation)}
            conversation={conversation}
          />
          {below.length > 0 && (
            <Branch
              tree={below}
              conversation={conversation}
              label={`Sub-agents of ${subagent.label}`}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

const looks: Readonly<Record<SubagentReport['state'], { icon: IconName; words: string }>> = {
  queued: { icon: 'clock', words: 'Next' },
  running: { icon: 'tool', words: 'Working' },
  completed: { icon: 'check', words: 'Done' },
  failed: { icon: 'warning', words: 'Failed' },
  aborted: { icon: 'cross', words: 'Stopped' },
};

/** What those of a tree wait for an approval of. */
function asksOf(
  tree: readonly SubagentNode[],
  { subagentAsks }: Pick<Shown, 'subagentAsks'>,
): readonly SubagentAsk[] {
  return tree.flatMap(({ subagent, below }) => [
    ...subagentAsks.value.filter(({ sessionKey }) => sessionKey === subagent.sessionKey),
    ...asksOf(below, { subagentAsks }),
  ]);
}

/** How it ended, or how far a worker outside is. */
function wordsOf({ outcome, reply, progress }: SubagentReport): string | undefined {
  if (outcome?.status === 'failed') return outcome.error.message;
  return reply ?? progress;
}

function Row({
  subagent,
  asks,
  conversation,
}: {
  readonly subagent: SubagentReport;
  readonly asks: readonly SubagentAsk[];
  readonly conversation: Shown;
}): JSX.Element {
  const { id, state, label } = subagent;
  const said = wordsOf(subagent);
  const isAsking = asks.length > 0;
  return (
    <div class={`subagent is-${state}`}>
      <span class="tool-state">
        {state === 'running' && !isAsking ? (
          <span class="spinner" />
        ) : (
          <Icon name={isAsking ? 'shield' : looks[state].icon} />
        )}
      </span>
      <span class="subagent-label" dir="auto">
        {label}
      </span>
      <span class="tool-words">{isAsking ? 'Needs approval' : looks[state].words}</span>
      {isAtWork(subagent) && (
        <button
          type="button"
          class="ghost round"
          aria-label={`Stop sub-agent ${label}`}
          onClick={() => conversation.stopSubagent(id)}
        >
          <Icon name="stop" />
        </button>
      )}
      {asks.map(({ approvalId, tool, input }) => (
        <ApprovalCard
          key={approvalId}
          {...{ approvalId, input }}
          name={tool}
          asker={label}
          decide={conversation.decide}
        />
      ))}
      {said !== undefined && said.trim() !== '' && (
        <p class="subagent-said" dir="auto">
          {said.trim().slice(0, 400)}
        </p>
      )}
    </div>
  );
}
