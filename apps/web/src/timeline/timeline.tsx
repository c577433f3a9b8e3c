import type { ComponentChild, JSX } from 'preact';
import type { Turn } from './turns.ts';
import { useRef } from 'preact/hooks';
import type { Page } from '../app/page.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { AnswerTurnView } from './answer-turn.tsx';
import { EmptyState } from './empty-state.tsx';
import { Icon } from '../app/icon.tsx';
import { NoteTurnView } from './note-turn.tsx';
import { UserTurnView } from './user-turn.tsx';
import { useFoundTurn } from './use-found-turn.ts';
import { useScroll } from './use-scroll.ts';

export interface TimelineProps {
  readonly page: Page;
  readonly conversation: Conversation;
}

/** The conversation, oldest at the top. */
export function Timeline({ page, conversation }: TimelineProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const scroll = useScroll({ box, content, conversation });
  useFoundTurn({ page, conversation, box, letGo: scroll.letGo });
  const { phase, before, error } = conversation.session.value;
  const turns = conversation.turns.value;
  return (
    <div class="timeline-frame">
      {/* Not announced by itself: a screen reader hears the finished answer once, from the announcer. */}
      <div
        class="timeline"
        ref={box}
        role="log"
        aria-live="off"
        aria-label="Conversation"
        tabIndex={0}
        onScroll={scroll.onScroll}
        onClickCapture={(event) => {
          // What is opened stays where it is clicked.
          if (event.target instanceof Element && event.target.closest('summary')) scroll.letGo();
        }}
      >
        <div class="timeline-content" ref={content}>
          {before !== undefined && (
            <button type="button" class="ghost small earlier" onClick={scroll.loadEarlier}>
              Earlier messages
            </button>
          )}
          <Turns page={page} turns={turns} conversation={conversation} />
          {turns.length === 0 && phase === 'live' && (
            <EmptyState page={page} conversation={conversation} />
          )}
          {turns.length === 0 && phase === 'loading' && <Loading />}
          {phase === 'failed' && error && (
            <p class="failure card" role="alert">
              <Icon name="warning" />
              <span>
                {error.message} <span class="hint">{error.hint}</span>
              </span>
            </p>
          )}
        </div>
      </div>
      {scroll.away && (
        <button type="button" class="jump" onClick={scroll.jump}>
          <Icon name="down" />
          Jump to latest
        </button>
      )}
    </div>
  );
}

interface TurnsProps {
  readonly page: Page;
  readonly turns: readonly Turn[];
  readonly conversation: Conversation;
}

/** A turn that did not change keeps its element, which tells Preact to leave it alone. */
function Turns(props: TurnsProps): JSX.Element {
  const { turns } = props;
  const drawn = useRef(new WeakMap<Turn, ComponentChild>());
  // Notes are of the page and of no conversation.
  const lastPast = turns.findLastIndex((turn) => turn.kind !== 'note' && turn.past);
  return (
    <>
      {turns.flatMap((turn, index) => {
        const element = drawn.current.get(turn) ?? renderTurn(turn, props);
        drawn.current.set(turn, element);
        return index === lastPast ? [element, <NewConversation key="new" />] : [element];
      })}
    </>
  );
}

/** Where the model's memory of this place begins. */
function NewConversation(): JSX.Element {
  return (
    <div class="new-conversation" role="separator" aria-label="A new conversation">
      A new conversation
    </div>
  );
}

function renderTurn(turn: Turn, { page, conversation }: TurnsProps): JSX.Element {
  switch (turn.kind) {
    case 'user':
      return <UserTurnView key={turn.key} page={page} turn={turn} conversation={conversation} />;
    case 'answer':
      return <AnswerTurnView key={turn.key} page={page} turn={turn} conversation={conversation} />;
    case 'note':
      return <NoteTurnView key={turn.key} turn={turn} />;
  }
}

function Loading(): JSX.Element {
  return (
    <div class="skeleton" role="status" aria-label="Loading the conversation">
      <span />
      <span />
      <span />
    </div>
  );
}
