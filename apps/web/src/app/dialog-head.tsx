import type { JSX, RefObject } from 'preact';
import { Icon } from './icon.tsx';

export interface DialogHeadProps {
  /** What the dialog is labelled by. */
  readonly id: string;
  readonly title: string;
  readonly dialog: RefObject<HTMLDialogElement | null>;
}

/** The title of a dialog, and the button that closes it. */
export function DialogHead({ id, title, dialog }: DialogHeadProps): JSX.Element {
  return (
    <header class="dialog-head">
      <h2 id={id}>{title}</h2>
      <button
        type="button"
        class="ghost round"
        aria-label="Close"
        onClick={() => dialog.current?.close()}
      >
        <Icon name="cross" />
      </button>
    </header>
  );
}
