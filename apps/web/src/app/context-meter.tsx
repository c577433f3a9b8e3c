import type { JSX } from 'preact';
import { findContextUse } from './context-use.ts';
import type { Page } from './page.ts';

/** How much of its model's window the session uses, where both are known. */
export function ContextMeter({ page }: { readonly page: Page }): JSX.Element | null {
  const use = findContextUse(page);
  if (!use) return null;
  const { percent, words } = use;
  return (
    <meter
      class="context-meter"
      min={0}
      max={100}
      high={75}
      value={percent}
      title={words}
      aria-label={words}
    >
      {percent} %
    </meter>
  );
}
