import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from '../conversation/conversation.ts';
import type { Page } from '../app/page.ts';
import { FileChips } from './file-chips.tsx';
import { Icon } from '../app/icon.tsx';
import { nextIndex } from '../app/next-index.ts';
import { type Command, matchCommands, withCommand } from './slash-menu.ts';
import { SlashMenu } from './slash-menu-view.tsx';
import { useUploads } from './use-uploads.tsx';

export interface ComposerProps {
  readonly page: Page;
  readonly conversation: Conversation;
}

export const composerId = 'message';
const menuId = 'commands';

/** Where a message is written. Enter sends, Shift+Enter begins a line, Escape stops the answer. */
export function Composer({ page, conversation }: ComposerProps): JSX.Element {
  const { sessionKey } = conversation;
  const [text, setText] = useState(page.drafts.find(sessionKey) ?? '');
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const uploads = useUploads();
  const busy = conversation.busy.value;
  const matches = dismissed ? [] : matchCommands(page.commands.value, text);
  const active = Math.min(chosen, matches.length - 1);

  const write = (next: string): void => {
    setText(next);
    setChosen(0);
    setDismissed(false);
    page.drafts.put(sessionKey, next);
  };
  useEffect(() => fitHeight(field.current), [text]);
  const suggestion = page.suggestion.value;
  useEffect(() => {
    if (suggestion === undefined) return;
    page.suggestion.value = undefined;
    write(suggestion);
    field.current?.focus();
  }, [suggestion]);

  const send = (words: string): void => {
    if (words.trim() === '' && uploads.files.length === 0) return;
    conversation.send(words, uploads.files);
    uploads.clear();
    write('');
  };
  const choose = (command: Command, then: 'send' | 'write'): void => {
    const { text: next, complete } = withCommand(command);
    if (then === 'send' && complete) send(next);
    else write(next);
    field.current?.focus();
  };
  const inMenu = (event: KeyboardEvent): boolean => {
    if (matches.length === 0) return false;
    const command = matches[active];
    const next = nextIndex(event.key, { now: active, count: matches.length });
    if (next !== undefined && event.key.startsWith('Arrow')) setChosen(next);
    else if (event.key === 'Escape') setDismissed(true);
    else if (event.key === 'Tab' && command) choose(command, 'write');
    else if (isPlainEnter(event) && command) choose(command, 'send');
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!inMenu(event)) {
      if (!isPlainEnter(event)) return;
      send(text);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    send(text);
    field.current?.focus();
  };
  return (
    <form class="composer" onSubmit={onSubmit} {...uploads.dropTarget}>
      {matches.length > 0 && (
        <SlashMenu id={menuId} commands={matches} active={active} choose={choose} />
      )}
      <div class="composer-box">
        <FileChips uploads={uploads} />
        <label class="visually-hidden" for={composerId}>
          Message
        </label>
        <textarea
          id={composerId}
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder="Write a message"
          autocomplete="off"
          enterkeyhint="send"
          maxLength={1_000_000}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={matches.length > 0 ? menuId : undefined}
          aria-activedescendant={matches.length > 0 ? `${menuId}-${active}` : undefined}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={uploads.onPaste}
        />
        <div class="composer-buttons">
          {uploads.picker}
          <span class="hint">Enter sends · Shift + Enter new line · / commands</span>
          {busy && (
            <button
              type="button"
              class="stop"
              aria-label="Stop"
              title="Stop (Esc)"
              onClick={conversation.stop}
            >
              <Icon name="stop" />
            </button>
          )}
          {(!busy || text.trim() !== '') && (
            <button
              type="submit"
              class="send primary"
              aria-label={busy ? 'Send after this answer' : 'Send'}
              disabled={text.trim() === '' && uploads.files.length === 0}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      </div>
    </form>
  );
}

/** Enter that sends: not with Shift, and not the one that ends the choice of an input method. */
function isPlainEnter(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing;
}

/** The style sheet limits the height; past it the field scrolls. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
