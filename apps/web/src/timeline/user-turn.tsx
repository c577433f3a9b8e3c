import type { JSX } from 'preact';
import type { Conversation } from '../conversation/conversation.ts';
import type { UserTurn } from './turns.ts';
import type { Page } from '../app/page.ts';
import { Icon } from '../app/icon.tsx';
import { Attachments } from './attachments.tsx';
import { TimeText } from './time-label.tsx';
import { TurnMenu } from './turn-menu.tsx';

export interface UserTurnProps {
  readonly page: Page;
  readonly turn: UserTurn;
  readonly conversation: Conversation;
}

/** A person's message, with what became of it where that is not an answer. */
export function UserTurnView({ page, turn, conversation }: UserTurnProps): JSX.Element {
  const { text, attachments, state, at } = turn;
  return (
    <article class={`turn user is-${state}`} aria-label="You" data-seq={turn.seq}>
      <h2 class="visually-hidden">You</h2>
      <div class="bubble" dir="auto">
        {text}
        <Attachments names={attachments} media={turn.media ?? []} />
      </div>
      <footer class="meta">
        {state === 'failed' && <Failure turn={turn} conversation={conversation} />}
        {state === 'sending' && <span class="fate">Sending…</span>}
        {state === 'waiting' && (
          <span class="fate">
            <Icon name="clock" />
            Waiting its turn
          </span>
        )}
        {state === 'taken' && <TimeText at={at} />}
        {state === 'taken' && <TurnMenu page={page} turn={turn} />}
      </footer>
    </article>
  );
}

function Failure({ turn, conversation }: Omit<UserTurnProps, 'page'>): JSX.Element {
  const isStored = turn.seq !== undefined;
  return (
    <div class="failure" role="group" aria-label="Not answered">
      <p>
        <Icon name="warning" />
        {turn.reason ?? 'It could not be sent.'}
      </p>
      <button type="button" class="small" onClick={() => conversation.retry(turn.key)}>
        <Icon name="retry" />
        Try again
      </button>
      {!isStored && (
        <button type="button" class="small ghost" onClick={() => conversation.discard(turn.key)}>
          Discard
        </button>
      )}
    </div>
  );
}
