import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { findContextUse } from '../app/context-use.ts';
import { Icon } from '../app/icon.tsx';
import { Menu, type MenuItem } from '../app/menu.tsx';
import type { Page } from '../app/page.ts';
import { RenameForm } from './rename-form.tsx';
import { toSessionItems } from './session-items.ts';

/** Opens the menu of the open session; a key of the page presses it. */
export const sessionMenuId = 'session-menu';

/** What the open session is called, and its menu. */
export function SessionTitleBar({ page }: { readonly page: Page }): JSX.Element {
  const [renaming, setRenaming] = useState(false);
  const { sessionKey, title, stored } = page.current.facts.value;
  if (renaming)
    return (
      <RenameForm
        page={page}
        sessionKey={sessionKey}
        title={title}
        close={() => setRenaming(false)}
      />
    );
  return (
    <div class="title">
      <h1 dir="auto">{title}</h1>
      {stored?.archived && (
        <span class="badge">
          <Icon name="archive" /> <span>Archived</span>
        </span>
      )}
      {stored && (
        <Menu
          label="Session menu"
          class="ghost round title-menu"
          buttonId={sessionMenuId}
          heading={findContextUse(page)?.words}
          items={toSessionItems(stored, {
            acts: page.acts,
            rename: () => setRenaming(true),
            more: summarise(page, stored),
          })}
        >
          <Icon name="chevron" />
        </Menu>
      )}
    </div>
  );
}

type Stored = NonNullable<Page['current']['facts']['value']['stored']>;

/** Makes room in the model's window. */
function summarise(page: Page, { archived, messages }: Stored): readonly MenuItem[] {
  if (archived || messages === 0) return [];
  return [
    {
      key: 'summarise',
      label: 'Summarise',
      detail: 'Makes room in the context; nothing is lost',
      icon: 'fold',
      choose: () => page.current.conversation.value?.send('/compact', []),
    },
  ];
}
