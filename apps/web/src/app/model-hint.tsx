import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import type { Page } from './page.ts';

/** Where no model is set up, the gateway answers by itself: says so, and how to add one. */
export function ModelHint({ page }: { readonly page: Page }): JSX.Element | null {
  const [dismissed, setDismissed] = useState(false);
  const models = page.lists.models.value;
  if (dismissed || !models?.default.startsWith('offline/')) return null;
  return (
    <aside class="hint-bar" aria-label="No model is connected">
      <Icon name="warning" />
      <div>
        <strong>No model is connected yet.</strong> Set a key such as <code>ANTHROPIC_API_KEY</code>{' '}
        or <code>OPENAI_API_KEY</code>, or run Ollama, and start Cuttle again.
        <details>
          <summary>Why?</summary>
          {models.reason}
        </details>
      </div>
      <button
        type="button"
        class="ghost round"
        aria-label="Hide this hint"
        onClick={() => setDismissed(true)}
      >
        <Icon name="close" />
      </button>
    </aside>
  );
}
