import type { JSX } from 'preact';
import type { Page } from './page.ts';

/** How much of its model's window the session uses, where both are known. */
export function ContextMeter({ page }: { readonly page: Page }): JSX.Element | null {
  const { contextTokens, model } = page.current.facts.value;
  const models = page.lists.models.value;
  const shown = model ?? models?.default;
  const window = models?.models.find(({ id }) => id === shown)?.contextWindow;
  if (contextTokens === undefined || window === undefined) return null;
  const percent = Math.min(100, Math.round((contextTokens / window) * 100));
  const words = `Context: ${inThousands(contextTokens)} of ${inThousands(window)} tokens, ${percent} %`;
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

function inThousands(tokens: number): string {
  return tokens < 1_000 ? String(tokens) : `${Math.round(tokens / 1_000)}k`;
}
