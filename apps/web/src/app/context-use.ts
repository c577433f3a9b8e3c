import type { Page } from './page.ts';

/** How much of its model's window a session uses. */
export interface ContextUse {
  readonly percent: number;
  readonly words: string;
}

/** Of the open session; undefined where its tokens or the window are not known. */
export function findContextUse({
  current,
  lists,
}: Pick<Page, 'current' | 'lists'>): ContextUse | undefined {
  const { stored } = current.facts.value;
  const models = lists.models.value;
  const shown = stored?.model ?? models?.default;
  const window = models?.models.find(({ id }) => id === shown)?.contextWindow;
  const tokens = stored?.context?.tokens;
  if (tokens === undefined || window === undefined) return undefined;
  const percent = Math.min(100, Math.round((tokens / window) * 100));
  const words = `Context: ${inThousands(tokens)} of ${inThousands(window)} tokens, ${percent} %`;
  return { percent, words };
}

function inThousands(tokens: number): string {
  return tokens < 1_000 ? String(tokens) : `${Math.round(tokens / 1_000)}k`;
}
