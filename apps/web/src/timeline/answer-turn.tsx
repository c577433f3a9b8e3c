import type { JSX } from 'preact';
import type { AnswerTurn, Part } from './turns.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { CopyButton } from '../app/copy-button.tsx';
import type { Page } from '../app/page.ts';
import { Icon } from '../app/icon.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { Subagents } from '../subagents/subagent-view.tsx';
import { ToolCard } from './tool-card.tsx';
import { TimeText } from './time-label.tsx';
import { TurnMenu } from './turn-menu.tsx';
import { wordsOf } from './turns.ts';

export interface AnswerTurnProps {
  readonly page: Page;
  readonly turn: AnswerTurn;
  readonly conversation: Conversation;
}

/** What an agent did and said in one run, in the order it did. */
export function AnswerTurnView({ page, turn, conversation }: AnswerTurnProps): JSX.Element {
  const { parts, state, outcome } = turn;
  const last = parts.at(-1);
  const isThinking = state === 'running' && (last === undefined || last.kind !== 'text');
  return (
    <article
      class="turn answer"
      aria-label="Answer"
      aria-busy={state === 'running' || state === 'summarising'}
      data-seq={turn.seq}
    >
      <h2 class="visually-hidden">Answer</h2>
      {parts.map((part) => (
        <PartView
          key={part.key}
          part={part}
          conversation={conversation}
          growing={state === 'running' && part === last}
        />
      ))}
      <Subagents runId={turn.runId} conversation={conversation} />
      {isThinking && <Working />}
      {state === 'summarising' && <Summarising />}
      {state === 'parked' && !parts.some(isAsking) && <Working words="Waiting" />}
      {state === 'ended' && <Ending turn={turn} conversation={conversation} />}
      {state === 'ended' && outcome?.status !== 'failed' && <Footer page={page} turn={turn} />}
    </article>
  );
}

function isAsking(part: Part): boolean {
  return part.kind === 'call' && part.state === 'asking';
}

function PartView(props: {
  readonly part: Part;
  readonly growing: boolean;
  readonly conversation: Conversation;
}): JSX.Element | null {
  const { part, growing, conversation } = props;
  switch (part.kind) {
    case 'text':
      return part.text === '' ? null : <Markdown text={part.text} />;
    case 'thinking':
      return part.text === '' ? null : <Thinking text={part.text} growing={growing} />;
    case 'call':
      return <ToolCard part={part} decide={conversation.decide} />;
  }
}

function Thinking({ text, growing }: { text: string; growing: boolean }): JSX.Element {
  return (
    <details class="thinking">
      <summary>
        <Icon name="chevron" />
        {growing ? 'Thinking…' : 'Thoughts'}
      </summary>
      <div class="thinking-text" dir="auto">
        {text}
      </div>
    </details>
  );
}

function Working({ words = 'Working' }: { readonly words?: string }): JSX.Element {
  return (
    <p class="working" role="status" aria-label={words}>
      <span />
      <span />
      <span />
    </p>
  );
}

/** Why an answer takes longer than others. */
function Summarising(): JSX.Element {
  return (
    <p class="working summarising" role="status">
      <span />
      <span />
      <span />
      <em>Summarising what was said before</em>
    </p>
  );
}

/** How it ended, where it did not end well. */
function Ending({ turn, conversation }: Omit<AnswerTurnProps, 'page'>): JSX.Element | null {
  const { outcome } = turn;
  if (outcome?.status === 'failed') {
    const { code, message, hint } = outcome.error;
    return (
      <div class="failure card" role="group" aria-label="This failed">
        <p>
          <Icon name="warning" />
          <span>
            {message} {hint !== undefined && hint !== message && <span class="hint">{hint}</span>}
            <code class="code-name">{code}</code>
          </span>
        </p>
        <button type="button" class="small" onClick={() => conversation.retry(turn.key)}>
          <Icon name="retry" />
          Try again
        </button>
      </div>
    );
  }
  if (outcome?.status === 'aborted') return <p class="ending">Stopped</p>;
  if (outcome?.status !== 'completed') return null;
  if (outcome.finish === 'length') return <p class="ending">Cut off at the model's limit</p>;
  return outcome.finish === 'filtered' ? <p class="ending">Held back by the provider</p> : null;
}

function Footer({ page, turn }: Omit<AnswerTurnProps, 'conversation'>): JSX.Element {
  const words = wordsOf(turn);
  return (
    <footer class="meta">
      {words !== '' && <CopyButton text={words} label="Copy answer" />}
      <TurnMenu page={page} turn={turn} />
      <TimeText at={turn.at} />
      {/* A run names its model with the provider, its entries without. */}
      <span class="model-name">{turn.model?.split('/').at(-1)}</span>
    </footer>
  );
}
