import type { JSX } from 'preact';
import type { Page } from '../app/page.ts';
import { markRanges } from './mark-ranges.ts';
import { withoutSigns } from '../markdown/without-signs.ts';
import { toTimeText } from '../timeline/time-text.ts';
import type { SearchHit } from './session-list.ts';
import { toTitle } from './session-title.ts';

/** The messages that hold the words of the search. */
export function SearchHits({ page }: { readonly page: Page }): JSX.Element {
  const { hits, hasMoreHits, loadMoreHits } = page.sessions;
  return (
    <section aria-label="Found in messages">
      <h2>In messages</h2>
      {hits.value.length === 0 && <p class="nothing">No message has these words.</p>}
      <ul>
        {hits.value.map((hit) => (
          <li key={`${hit.sessionKey} ${hit.seq}`}>
            <Hit page={page} hit={hit} />
          </li>
        ))}
      </ul>
      {hasMoreHits.value && (
        <button type="button" class="ghost small" onClick={loadMoreHits}>
          More messages
        </button>
      )}
    </section>
  );
}

function Hit({ page, hit }: { readonly page: Page; readonly hit: SearchHit }): JSX.Element {
  const { sessionKey, seq, snippet, marks, at, role } = hit;
  const session = page.sessions.known.value.get(sessionKey) ?? { sessionKey, archived: false };
  const pieces = markRanges(snippet, marks);
  const words = pieces.flatMap(({ text, marked }) => (marked ? [text] : []));
  return (
    <button type="button" class="hit" onClick={() => page.open(sessionKey, { seq, words })}>
      <span class="hit-head">
        <span class="hit-title" dir="auto">
          {toTitle(session)}
        </span>
        {session.archived && <span class="badge">Archived</span>}
        <time dateTime={at}>{toTimeText(at, new Date())}</time>
      </span>
      <span class="hit-words" dir="auto">
        {role === 'user' ? 'You: ' : ''}
        {pieces.map(({ text, marked }, index) =>
          marked ? <mark key={index}>{withoutSigns(text)}</mark> : withoutSigns(text),
        )}
      </span>
    </button>
  );
}
