import type { RunError } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';

/** What a run that failed says to whoever waits for its answer. */
export function failureText({ message, hint = '' }: Pick<RunError, 'message' | 'hint'>): string {
  return textFor('run.failed', { message, hint }).trim();
}
