import type { JSX } from 'preact';
import type { Conversation } from '../conversation/conversation.ts';
import { Mark } from '../app/icon.tsx';
import type { Page } from '../app/page.ts';

/** `send` goes out as it is, `edit` is put into the message box to be finished. */
const suggestions = [
  { label: 'What can you do here?', text: 'What can you do here?', use: 'send' },
  { label: 'Plan a calm week with me', text: 'Plan a calm week with me.', use: 'send' },
  { label: 'Explain something simply', text: 'Explain simply, with an example: ', use: 'edit' },
] as const;

export interface EmptyStateProps {
  readonly page: Page;
  readonly conversation: Conversation;
}

export function EmptyState({ page, conversation }: EmptyStateProps): JSX.Element {
  const suggest = ({ text, use }: (typeof suggestions)[number]): void => {
    if (use === 'send') conversation.send(text, []);
    else page.suggestion.value = text;
  };
  return (
    <section class="empty-state">
      <Mark />
      <h2>What is on your mind?</h2>
      <p>It stays with this gateway and the model you chose.</p>
      <ul class="suggestions">
        {suggestions.map((suggestion) => (
          <li key={suggestion.label}>
            <button type="button" onClick={() => suggest(suggestion)}>
              {suggestion.label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
