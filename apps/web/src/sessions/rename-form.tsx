import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Page } from '../app/page.ts';

export interface RenameFormProps {
  readonly page: Page;
  readonly sessionKey: string;
  readonly title: string;
  readonly close: () => void;
}

/** A title being changed: Enter keeps it, Escape does not. */
export function RenameForm({ page, sessionKey, title, close }: RenameFormProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []);
  const keep = (): void => {
    const next = field.current?.value.trim() ?? '';
    close();
    if (next !== '' && next !== title)
      page.sessions.rename(sessionKey, next).catch(() => page.sessions.refresh());
  };
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <input
        ref={field}
        aria-label="Title of this session"
        defaultValue={title}
        maxLength={200}
        dir="auto"
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          event.currentTarget.value = title;
          close();
        }}
      />
    </form>
  );
}
