import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Conversation } from '../conversation/conversation.ts';
import type { Page } from '../app/page.ts';
import { FileChips } from './file-chips.tsx';
import { Icon } from '../app/icon.tsx';
import { SlashMenu } from './slash-menu-view.tsx';
import { isPlainEnter, useDraft } from './use-draft.ts';
import { type Uploads, useUploads } from './use-uploads.tsx';

export interface ComposerProps {
  readonly page: Page;
  readonly conversation: Conversation;
}

export const composerId = 'message';
const menuId = 'commands';

/** Where a message is written. Enter sends, Shift+Enter begins a line, Escape stops the answer. */
export function Composer({ page, conversation }: ComposerProps): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const uploads = useUploads();
  const focus = (): void => field.current?.focus();
  const { sessionKey } = conversation;
  const send = (text: string): void => conversation.send(text, uploads.files);
  const draft = useDraft({ page, sessionKey, send, focus });
  const { text, matches, active } = draft;
  const hasMenu = matches.length > 0;
  useEffect(() => fitHeight(field.current), [text]);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (isEmpty(text, uploads)) return;
    send(text);
    uploads.clear();
    draft.write('');
    focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (draft.press(event)) {
      event.preventDefault();
      // Escape closed the commands; the page must not stop the answer for it.
      event.stopPropagation();
    } else if (isPlainEnter(event)) submit(event);
  };
  return (
    <form class="composer" onSubmit={submit} {...uploads.dropTarget}>
      {hasMenu && (
        <SlashMenu id={menuId} commands={matches} active={active} choose={draft.choose} />
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
          aria-controls={hasMenu ? menuId : undefined}
          aria-activedescendant={hasMenu ? `${menuId}-${active}` : undefined}
          onInput={(event) => draft.write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={uploads.onPaste}
        />
        <Buttons conversation={conversation} uploads={uploads} empty={isEmpty(text, uploads)} />
      </div>
    </form>
  );
}

interface ButtonsProps {
  readonly conversation: Conversation;
  readonly uploads: Uploads;
  readonly empty: boolean;
}

/** While an answer is made there is a button that stops it, and one that sends once there is something to send. */
function Buttons({ conversation, uploads, empty }: ButtonsProps): JSX.Element {
  const busy = conversation.busy.value;
  return (
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
      {(!busy || !empty) && (
        <button
          type="submit"
          class="send primary"
          aria-label={busy ? 'Send after this answer' : 'Send'}
          disabled={empty}
        >
          <Icon name="send" />
        </button>
      )}
    </div>
  );
}

function isEmpty(text: string, { files }: Uploads): boolean {
  return text.trim() === '' && files.length === 0;
}

/** The style sheet limits the height; past it the field scrolls. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
