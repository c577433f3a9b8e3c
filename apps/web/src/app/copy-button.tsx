import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { copyText } from '../markdown/copy-text.ts';
import { Icon } from './icon.tsx';

/** Copies `text`; says for a moment whether it did. */
export function CopyButton(props: { readonly text: string; readonly label: string }): JSX.Element {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), 1600);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    copyText(props.text, document).then(setState, () => setState('refused'));
  };
  return (
    <button type="button" class="ghost small copy" aria-label={props.label} onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{words[state]}</span>
    </button>
  );
}

const words = { idle: 'Copy', copied: 'Copied', refused: 'Not allowed' } as const;
