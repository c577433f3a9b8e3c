import type { JSX } from 'preact';
import { Mark } from '../app/icon.tsx';
import type { Page } from '../app/page.ts';

/** `send` goes out as it is, `edit` is put into the box to be finished. */
const suggestions = [
  { label: 'What can you do here?', text: 'What can you do here?', then: 'send' },
  { label: 'Plan a calm week with me', text: 'Plan a calm week with me.', then: 'send' },
  { label: 'Explain something simply', text: 'Explain simply, with an example: ', then: 'edit' },
] as const;

export function EmptyState({ page }: { readonly page: Page }): JSX.Element {
  return (
    <section class="empty-state">
      <Mark />
      <h2>What is on your mind?</h2>
      <p>It stays on this machine and with the model you chose.</p>
      <ul class="suggestions">
        {suggestions.map(({ label, text, then }) => (
          <li key={label}>
            <button type="button" onClick={() => page.suggest(text, then)}>
              {label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
