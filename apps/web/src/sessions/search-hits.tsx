import type { JSX } from 'preact';
import type { Page } from '../app/page.ts';
import { markWords } from './mark-words.ts';
import { withoutSigns } from '../markdown/without-signs.ts';
import { toTimeText } from '../timeline/time-text.ts';
import { toTitle } from './session-title.ts';

/** The messages that hold the words of the search. */
export function SearchHits({ page }: { readonly page: Page }): JSX.Element {
  const { hits, query, sessions } = page.sessions;
  return (
    <section aria-label="Found in messages">
      <h2>In messages</h2>
      {hits.value.length === 0 && <p class="nothing">No message has these words.</p>}
      <ul>
        {hits.value.map(({ sessionKey, seq, snippet, at, role }) => (
          <li key={`${sessionKey} ${seq}`}>
            <button type="button" class="hit" onClick={() => page.open(sessionKey, seq)}>
              <span class="hit-head">
                <span class="hit-title" dir="auto">
                  {toTitle(
                    sessions.value.find((one) => one.sessionKey === sessionKey) ?? { sessionKey },
                  )}
                </span>
                <time dateTime={at}>{toTimeText(at, new Date())}</time>
              </span>
              <span class="hit-words" dir="auto">
                {role === 'user' ? 'You: ' : ''}
                {markWords(withoutSigns(snippet), query.value).map(({ text, marked }, index) =>
                  marked ? <mark key={index}>{text}</mark> : text,
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
