import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, Mark } from '../app/icon.tsx';
import type { Page } from '../app/page.ts';
import { SessionRows } from './session-rows.tsx';
import { SearchFiltersView } from './search-filters.tsx';
import { SearchHits } from './search-hits.tsx';

export interface SessionPanelProps {
  readonly page: Page;
  /** Whether it can be reached: on narrow screens it is a drawer. */
  readonly reachable: 'always' | 'when open';
}

/** The side bar: sessions, their search, and a new chat. */
export function SessionPanel({ page, reachable }: SessionPanelProps): JSX.Element {
  const { sessions, drawer } = page;
  const search = useRef<HTMLInputElement>(null);
  const isOpen = drawer.value === 'open';
  useEffect(() => {
    if (isOpen) search.current?.focus();
  }, [isOpen]);
  const { value: query } = sessions.query;
  return (
    <aside
      class={isOpen ? 'panel is-open' : 'panel'}
      aria-label="Sessions"
      inert={reachable === 'when open' && !isOpen}
    >
      <div class="panel-head">
        <Mark />
        <span class="wordmark">Cuttle</span>
        <button
          type="button"
          class="ghost round only-narrow"
          aria-label="Close sessions"
          onClick={() => {
            drawer.value = 'closed';
          }}
        >
          <Icon name="close" />
        </button>
      </div>
      <button type="button" class="new-chat" onClick={() => page.startChat()}>
        <Icon name="plus" />
        New chat
      </button>
      <search class="search">
        <Icon name="search" />
        <input
          ref={search}
          id="search"
          type="search"
          aria-label="Search sessions and messages"
          placeholder="Search"
          autocomplete="off"
          value={query}
          onInput={(event) => sessions.search(event.currentTarget.value)}
        />
      </search>
      {query.trim() !== '' && <SearchFiltersView page={page} />}
      <nav class="session-list" aria-label="Sessions">
        {sessions.shown.value === 'archived' && <ArchiveHead />}
        <SessionRows page={page} />
        {query.trim().length >= 2 && <SearchHits page={page} />}
      </nav>
      <div class="panel-foot">
        <ArchivedToggle page={page} />
        <ImportButton page={page} />
      </div>
    </aside>
  );
}

function ArchiveHead(): JSX.Element {
  return (
    <p class="archive-head">
      <strong>Archived</strong> Kept from being reset or deleted. A message in one brings it back.
    </p>
  );
}

function ArchivedToggle({ page }: { readonly page: Page }): JSX.Element {
  const { shown, show } = page.sessions;
  const isArchive = shown.value === 'archived';
  return (
    <button
      type="button"
      class="ghost small"
      aria-pressed={isArchive}
      onClick={() => show(isArchive ? 'current' : 'archived')}
    >
      <Icon name="archive" />
      {isArchive ? 'Current sessions' : 'Archived sessions'}
    </button>
  );
}

/** Takes a session in from a file. */
function ImportButton({ page }: { readonly page: Page }): JSX.Element {
  const pick = (): void => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.json,application/json';
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file) page.acts.importFile(file);
    });
    input.click();
  };
  return (
    <button type="button" class="ghost small" title="Import a session from a file" onClick={pick}>
      <Icon name="send" />
      Import
    </button>
  );
}
