import type { JSX } from 'preact';
import { toTimeText } from './time-text.ts';

export function TimeText({ at }: { readonly at: string | undefined }): JSX.Element | null {
  if (at === undefined) return null;
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {toTimeText(at, new Date())}
    </time>
  );
}
