import type { JSX } from 'preact';
import type { SessionSummary } from '@cuttle/core-types/protocol';
import { useState } from 'preact/hooks';
import { Icon } from '../app/icon.tsx';
import { Menu } from '../app/menu.tsx';
import type { Page } from '../app/page.ts';
import { RenameForm } from './rename-form.tsx';
import { groupByDay } from './day-groups.ts';
import { toSessionItems } from './session-items.ts';
import { toTitle } from './session-title.ts';

export function SessionRows({ page }: { readonly page: Page }): JSX.Element {
  const { sessions, phase, query, shown, problem, hasMore } = page.sessions;
  const rows = sessions.value;
  return (
    <>
      {groupByDay(rows, new Date()).map(({ label, items }) => (
        <section key={label} aria-label={label}>
          <h2>{label}</h2>
          <ul>
            {items.map((session) => (
              <SessionRow key={session.sessionKey} page={page} session={session} />
            ))}
          </ul>
        </section>
      ))}
      {hasMore.value && (
        <button type="button" class="ghost small" onClick={page.sessions.loadMore}>
          More sessions
        </button>
      )}
      {phase.value === 'ready' && rows.length === 0 && (
        <p class="nothing">
          {query.value.trim() === ''
            ? shown.value === 'archived'
              ? 'Nothing is archived.'
              : 'Your sessions will be listed here.'
            : 'No session has this title.'}
        </p>
      )}
      {problem.value !== undefined && (
        <p class="nothing" role="alert">
          {problem.value}
        </p>
      )}
    </>
  );
}

interface SessionRowProps {
  readonly page: Page;
  readonly session: SessionSummary;
}

function SessionRow({ page, session }: SessionRowProps): JSX.Element {
  const [renaming, setRenaming] = useState(false);
  const { sessionKey } = session;
  const title = toTitle(session);
  const open = page.current.facts.value.sessionKey;
  if (renaming)
    return (
      <li class="session-row">
        <RenameForm
          page={page}
          sessionKey={sessionKey}
          title={title}
          close={() => setRenaming(false)}
        />
      </li>
    );
  return (
    <li class="session-row">
      <button
        type="button"
        class="session-open"
        aria-current={open === sessionKey ? 'page' : undefined}
        onClick={() => page.open(sessionKey)}
      >
        <span dir="auto">{title}</span>
      </button>
      <Menu
        label={`Actions for ${title}`}
        class="ghost round session-menu"
        items={toSessionItems(session, { acts: page.acts, rename: () => setRenaming(true) })}
      >
        <Icon name="dots" />
      </Menu>
    </li>
  );
}
