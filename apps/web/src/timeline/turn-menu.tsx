import type { JSX } from 'preact';
import { Icon } from '../app/icon.tsx';
import { Menu, type MenuItem } from '../app/menu.tsx';
import type { Page } from '../app/page.ts';
import type { EntryPlace } from '../sessions/session-acts.ts';
import { findPlace } from './turn-place.ts';
import type { AnswerTurn, UserTurn } from './turns.ts';

export interface TurnMenuProps {
  readonly page: Page;
  readonly turn: UserTurn | AnswerTurn;
}

/** What can be done from a message on: behind an answer, or before a person's own words, which can then be said otherwise. */
export function TurnMenu({ page, turn }: TurnMenuProps): JSX.Element | null {
  const isOwn = turn.kind === 'user';
  // Where an earlier conversation began is not told, so only its answers are places to go on from.
  if (turn.seq === undefined || (isOwn && turn.past)) return null;
  const from = (act: (place: EntryPlace) => void) => (): void => {
    const { conversation, facts } = page.current;
    const session = conversation.value?.session.value;
    if (!session) return;
    const { sessionKey } = facts.value;
    act({ sessionKey, ...findPlace(turn, session) });
  };
  const fork = (place: EntryPlace): void =>
    page.acts.fork({ ...place, title: page.current.facts.value.stored?.title });
  const items: MenuItem[] = [
    {
      key: 'fork',
      label: 'Fork from here',
      detail: isOwn ? 'Say it otherwise in a new session' : 'Go on in a new session',
      icon: 'fork',
      choose: from(fork),
    },
  ];
  if (!turn.past)
    items.push({
      key: 'rewind',
      label: 'Rewind to here …',
      detail: isOwn ? 'Say it otherwise in this session' : 'Leave out what came after',
      icon: 'back',
      choose: from(page.acts.rewind),
    });
  return (
    <Menu
      label={isOwn ? 'Message menu' : 'Answer menu'}
      class="ghost small turn-menu"
      items={items}
    >
      <Icon name="dots" />
    </Menu>
  );
}
