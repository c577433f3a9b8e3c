import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../app/icon.tsx';
import { AccountCard } from './account-card.tsx';
import { AskingList, LetInList } from './people-lists.tsx';
import { keyOf, type MessengersView } from './messengers-view.ts';

/** The messengers: how each account is, who asks to be let in, and who was. */
export function MessengersDialog({ view }: { readonly view: MessengersView }): JSX.Element | null {
  if (!view.isOpen.value) return null;
  return <OpenDialog view={view} />;
}

function OpenDialog({ view }: { readonly view: MessengersView }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="messengers"
      aria-labelledby="messengers-title"
      onClose={(event) => {
        // A question in front of it closes by itself.
        if (event.target === dialog.current) view.close();
      }}
    >
      <header class="dialog-head">
        <h2 id="messengers-title">Messengers</h2>
        <button
          type="button"
          class="ghost round"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="cross" />
        </button>
      </header>
      {view.problem.value !== undefined && (
        <p class="problem" role="alert">
          <Icon name="warning" />
          {view.problem.value}
        </p>
      )}
      <AskingList view={view} />
      <Accounts view={view} />
      <LetInList view={view} />
    </dialog>
  );
}

function Accounts({ view }: { readonly view: MessengersView }): JSX.Element {
  const accounts = view.accounts.value;
  return (
    <section aria-labelledby="accounts-title">
      <h3 id="accounts-title">Accounts</h3>
      {accounts === undefined && <p role="status">Reading …</p>}
      {accounts?.length === 0 && (
        <p class="nothing">
          No messenger is set up. Name one under <code>channels</code> in the configuration: it is
          connected at once, and shown here.
        </p>
      )}
      {accounts !== undefined && accounts.length > 0 && (
        <ul class="plain">
          {accounts.map((row) => (
            <AccountCard key={keyOf(row)} row={row} view={view} />
          ))}
        </ul>
      )}
    </section>
  );
}
