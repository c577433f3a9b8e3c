import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Mark } from '../app/icon.tsx';
import { ProblemLine } from '../app/problem-line.tsx';
import { findCode } from './login-code.ts';

export interface LoginScreenProps {
  /** Why this browser is not let in; undefined while that is only that it never was. */
  readonly problem: string | undefined;
  /** Trades the code; rejects with why not. */
  readonly enter: (code: string) => Promise<void>;
  readonly describe: (error: unknown) => string;
}

/** For a browser that the gateway does not know. */
export function LoginScreen({ problem, enter, describe }: LoginScreenProps): JSX.Element {
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(problem);
  const [busy, setBusy] = useState(false);
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const code = findCode(text);
    if (code === undefined) {
      setRefused('This is no address or code of a gateway.');
      return;
    }
    setBusy(true);
    enter(code).catch((error: unknown) => {
      setBusy(false);
      setRefused(describe(error));
    });
  };
  return (
    <main class="login">
      <form onSubmit={onSubmit}>
        <Mark />
        <h1>Open your gateway</h1>
        <p>
          Run <code>cuttle open</code> where Cuttle runs. Open the address it prints in this
          browser, or paste it here. It works once, for ten minutes.
        </p>
        <label for="code">Address or code</label>
        <input
          id="code"
          value={text}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="http://127.0.0.1:18800/#code=…"
          aria-describedby={refused === undefined ? undefined : 'refused'}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <ProblemLine id="refused" problem={refused} />
        <button type="submit" class="primary" disabled={busy || text.trim() === ''}>
          Open
        </button>
      </form>
    </main>
  );
}
