import { useEffect, useState } from 'preact/hooks';
import type { Page } from '../app/page.ts';
import { type Command, matchCommands, withCommand } from './slash-menu.ts';
import { nextIndex } from '../app/next-index.ts';

/** What is being written in a session, and the commands that fit it. */
export interface Draft {
  readonly text: string;
  readonly matches: readonly Command[];
  /** The command that Enter takes. */
  readonly active: number;
  write(text: string): void;
  choose(command: Command, use: 'send' | 'write'): void;
  /** A key while the commands are shown; false where it is none of theirs. */
  press(event: KeyboardEvent): boolean;
}

export interface DraftOptions {
  readonly page: Page;
  readonly sessionKey: string;
  readonly send: (text: string) => void;
  readonly focus: () => void;
}

export function useDraft({ page, sessionKey, send, focus }: DraftOptions): Draft {
  const [text, setText] = useState(page.drafts.find(sessionKey) ?? '');
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const matches = dismissed ? [] : matchCommands(page.lists.commands.value, text);
  const active = Math.min(chosen, matches.length - 1);
  const write = (next: string): void => {
    setText(next);
    setChosen(0);
    setDismissed(false);
    page.drafts.put(sessionKey, next);
  };
  const suggestion = page.suggestion.value;
  useEffect(() => {
    if (suggestion === undefined) return;
    page.suggestion.value = undefined;
    write(suggestion);
    focus();
  }, [suggestion]);
  const choose = (command: Command, use: 'send' | 'write'): void => {
    const { text: next, complete } = withCommand(command);
    write(next);
    if (use === 'send' && complete) {
      send(next);
      write('');
    }
    focus();
  };
  const press = (event: KeyboardEvent): boolean => {
    const command = matches[active];
    if (!command) return false;
    const next = nextIndex(event.key, { now: active, count: matches.length });
    if (next !== undefined && event.key.startsWith('Arrow')) setChosen(next);
    else if (event.key === 'Escape') setDismissed(true);
    else if (event.key === 'Tab') choose(command, 'write');
    else if (isPlainEnter(event)) choose(command, 'send');
    else return false;
    return true;
  };
  return { text, matches, active, write, choose, press };
}

/** Enter that sends: not with Shift, and not the one that ends the choice of an input method. */
export function isPlainEnter(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing;
}
