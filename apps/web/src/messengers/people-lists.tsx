import type { JSX } from 'preact';
import { toTimeText } from '../timeline/time-text.ts';
import { type Asking, keyOf, type LetIn, type MessengersView } from './messengers-view.ts';

/** Strangers who were given a code; nothing where nobody waits. */
export function AskingList({ view }: { readonly view: MessengersView }): JSX.Element {
  const asking = view.asking.value;
  return (
    <section aria-labelledby="asking-title">
      <h3 id="asking-title">Who asks to be let in</h3>
      <p class="nothing" role="status">
        {asking.length === 0 ? 'Nobody waits.' : ''}
      </p>
      {asking.length > 0 && (
        <ul class="plain">
          {asking.map((one) => (
            <AskingRow key={one.code} one={one} view={view} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AskingRow({
  one,
  view,
}: {
  readonly one: Asking;
  readonly view: MessengersView;
}): JSX.Element {
  const { code, expiresAt } = one;
  return (
    <li class="person-row is-asking">
      <Who person={one}>
        <span>
          code <code>{code}</code>
        </span>
        <span>
          until <time dateTime={expiresAt}>{toTimeText(expiresAt, new Date())}</time>
        </span>
      </Who>
      <div class="account-buttons">
        <button type="button" class="small primary" onClick={() => view.decide(code, 'approve')}>
          Let in<span class="visually-hidden"> {nameOf(one)}</span>
        </button>
        <button type="button" class="small" onClick={() => view.decide(code, 'refuse')}>
          Refuse<span class="visually-hidden"> {nameOf(one)}</span>
        </button>
      </div>
    </li>
  );
}

/** People who were let in by a code. */
export function LetInList({ view }: { readonly view: MessengersView }): JSX.Element {
  const people = view.letIn.value;
  return (
    <section aria-labelledby="let-in-title">
      <h3 id="let-in-title">Who was let in</h3>
      {people.length === 0 ? (
        <p class="nothing">Nobody yet, but those whom the configuration names.</p>
      ) : (
        <ul class="plain">
          {people.map((person) => (
            <li key={`${keyOf(person)} ${person.sender}`} class="person-row">
              <Who person={person}>
                {person.since !== undefined && (
                  <span>
                    since{' '}
                    <time dateTime={person.since}>{toTimeText(person.since, new Date())}</time>
                  </span>
                )}
              </Who>
              <div class="account-buttons">
                <button type="button" class="small" onClick={() => view.revoke(person)}>
                  Take back …<span class="visually-hidden"> {nameOf(person)}</span>
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function nameOf({ name, sender }: Pick<LetIn, 'name' | 'sender'>): string {
  return name ?? sender;
}

function Who({
  person,
  children,
}: {
  readonly person: LetIn | Asking;
  readonly children: JSX.Element | false | readonly JSX.Element[];
}): JSX.Element {
  return (
    <div class="person">
      <bdi class="person-name">{nameOf(person)}</bdi>
      <span class="person-facts">
        <span>{keyOf(person)}</span>
        <span>{person.sender}</span>
        {children}
      </span>
    </div>
  );
}
