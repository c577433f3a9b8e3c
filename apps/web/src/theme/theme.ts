import { type ReadonlySignal, signal } from '@preact/signals';
import type { KeptText } from '../conversation/kept-text.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof themes)[number];

export interface Theme {
  readonly name: ReadonlySignal<ThemeName>;
  choose(name: ThemeName): void;
}

/** `root` carries the choice for the style sheet; `system` leaves it to the reader's machine. */
export function createTheme(root: HTMLElement, kept: KeptText): Theme {
  const saved = kept.find(keptName);
  const name = signal<ThemeName>(themes.find((one) => one === saved) ?? 'system');
  const apply = (): void => {
    if (name.value === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = name.value;
  };
  apply();
  return {
    name,
    choose(next) {
      name.value = next;
      kept.put(keptName, next === 'system' ? '' : next);
      apply();
    },
  };
}

const keptName = 'theme';
