import type { SubagentReport } from '@cuttle/core-types/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon, type IconName } from '../app/icon.tsx';
import type { Conversation } from '../conversation/conversation.ts';
import { countsOf, isAtWork, type SubagentNode, treeOf } from './subagent-tree.ts';

type Shown = Pick<Conversation, 'subagents' | 'stopSubagent'>;

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
  // Open where there is something to follow; what a person does with it stays.
  const [isOpen] = useState(open > 0);
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
          <Row subagent={subagent} stop={() => conversation.stopSubagent(subagent.id)} />
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

function Row({
  subagent,
  stop,
}: {
  readonly subagent: SubagentReport;
  readonly stop: () => void;
}): JSX.Element {
  const { state, label, reply, outcome } = subagent;
  const said = outcome?.status === 'failed' ? outcome.error.message : reply;
  return (
    <div class={`subagent is-${state}`}>
      <span class="tool-state">
        {state === 'running' ? <span class="spinner" /> : <Icon name={looks[state].icon} />}
      </span>
      <span class="subagent-label" dir="auto">
        {label}
      </span>
      <span class="tool-words">{looks[state].words}</span>
      {isAtWork(subagent) && (
        <button
          type="button"
          class="ghost round"
          aria-label={`Stop sub-agent ${label}`}
          onClick={stop}
        >
          <Icon name="stop" />
        </button>
      )}
      {said !== undefined && said.trim() !== '' && (
        <p class="subagent-said" dir="auto">
          {said.trim().slice(0, 400)}
        </p>
      )}
    </div>
  );
}
