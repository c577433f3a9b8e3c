import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { DialogHead } from '../app/dialog-head.tsx';
import { ProblemLine } from '../app/problem-line.tsx';
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
      <DialogHead id="messengers-title" title="Messengers" dialog={dialog} />
      <ProblemLine problem={view.problem.value} />
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
