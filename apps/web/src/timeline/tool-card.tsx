import type { JSX } from 'preact';
import type { CallPart } from './turns.ts';
import { CodeBlock } from '../markdown/code-block.tsx';
import { Icon, type IconName } from '../app/icon.tsx';
import { ApprovalCard } from './approval-card.tsx';
import { CallInput } from './call-input-view.tsx';
import { toInputLine } from './call-input.ts';

export interface ToolCardProps {
  readonly part: CallPart;
  readonly decide: (approvalId: string, decision: 'approved' | 'denied') => void;
}

/** One tool call: a line that opens. While it waits for an approval it is open and asks. */
export function ToolCard({ part, decide }: ToolCardProps): JSX.Element {
  const { name, input, state, output, progress, approvalId } = part;
  if (state === 'asking' && approvalId !== undefined)
    return <ApprovalCard {...{ approvalId, name, input, decide }} asker={undefined} />;
  const { icon, words } = looks[state];
  const line = toInputLine(input);
  return (
    <details class={`tool is-${state}`}>
      <summary>
        <span class="tool-state">
          {state === 'running' ? <span class="spinner" /> : <Icon name={icon} />}
        </span>
        <span class="tool-name">{name}</span>
        <span class="tool-line" dir="auto">
          {line}
        </span>
        <span class="tool-words">{words}</span>
        <Icon name="chevron" />
      </summary>
      <div class="tool-body">
        <h3>Arguments</h3>
        <CallInput input={input} />
        {output === undefined && progress !== undefined && (
          <Output title="So far" text={progress} />
        )}
        {output !== undefined && (
          <Output title={state === 'done' ? 'Result' : 'What it said'} text={output} />
        )}
      </div>
    </details>
  );
}

const looks: Readonly<Record<CallPart['state'], { icon: IconName; words: string }>> = {
  planned: { icon: 'clock', words: 'Next' },
  asking: { icon: 'shield', words: 'Needs approval' },
  running: { icon: 'tool', words: 'Running' },
  done: { icon: 'check', words: 'Done' },
  failed: { icon: 'cross', words: 'Failed' },
  unknown: { icon: 'question', words: 'Outcome unknown' },
  cancelled: { icon: 'cross', words: 'Not run' },
};

function Output({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <>
      <h3>{title}</h3>
      {text.trim() === '' ? <p class="empty">Nothing</p> : <CodeBlock text={text} lang="" />}
    </>
  );
}
