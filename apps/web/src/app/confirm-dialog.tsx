import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { describe } from '../conversation/outbox.ts';
import { ProblemLine } from './problem-line.tsx';

/** What is asked before something is done that is not easily undone. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that does it says. */
  readonly yes: string;
  readonly tone: 'plain' | 'danger';
  /** What it does. The question stays, with the reason, where it fails. */
  readonly answer: () => Promise<void>;
}

export interface ConfirmDialogProps {
  readonly question: Question;
  readonly close: () => void;
}

/** A modal question with two answers, as https://www.w3.org/WAI/ARIA/apg/patterns/alertdialog/ describes it. The focus begins at the harmless one. */
export function ConfirmDialog({ question, close }: ConfirmDialogProps): JSX.Element {
  const { title, text, yes, tone, answer } = question;
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'asking' | 'doing'>('asking');
  const [problem, setProblem] = useState<string>();
  useEffect(() => dialog.current?.showModal(), []);
  const go = (): void => {
    setState('doing');
    answer()
      .then(() => dialog.current?.close())
      .catch((error: unknown) => {
        setProblem(describe(error));
        setState('asking');
      });
  };
  return (
    <dialog
      ref={dialog}
      class="confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onClose={close}
    >
      <h2 id="confirm-title" dir="auto">
        {title}
      </h2>
      <p id="confirm-text">{text}</p>
      <ProblemLine problem={problem} />
      <div class="confirm-buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          class={tone === 'danger' ? 'danger' : 'primary'}
          disabled={state === 'doing'}
          onClick={go}
        >
          {yes}
        </button>
      </div>
    </dialog>
  );
}
