import type { ClientState } from '@cuttle/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Page } from './page.ts';

/** Shorter breaks than this are not worth a word. */
const patienceMs = 700;

/** Says, after a moment, that the gateway is out of reach; what is written meanwhile is sent when it is back. */
export function ConnectionBar({ page }: { readonly page: Page }): JSX.Element {
  const state = page.connection.value;
  const broken = state.status !== 'open';
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!broken) {
      setLate(false);
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [broken]);
  const shown = broken && late;
  return (
    <div class="connection" role="status">
      {shown && (
        <div class="connection-bar">
          <span class="pulse" />
          <span>{wordsFor(state)}</span>
          {state.status === 'waiting' && (
            <button type="button" class="small ghost" onClick={page.retryNow}>
              Try now
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function wordsFor(state: ClientState): string {
  if (state.status === 'closed') return state.error?.message ?? 'The connection was closed.';
  return 'Reconnecting… What you send is kept.';
}
