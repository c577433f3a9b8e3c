import { CuttleError } from '@cuttle/core-types/errors';

/** What this needs of `window`. */
export interface AddressBar {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'replaceState'>;
}

/** The code of an address as the gateway printed it, taken out of the address bar and the tab's history at once: it is a secret until it is traded. */
export function takeCode({ location, history }: AddressBar): string | undefined {
  const code = findCode(location.hash);
  if (code === undefined) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** The code in what a person pasted: the whole address or the code alone. */
export function findCode(text: string): string | undefined {
  const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : '';
  const code = new URLSearchParams(fragment).get('code');
  if (code !== null && code !== '') return code;
  const trimmed = text.trim();
  return /^[\w-]{6,200}$/.test(trimmed) ? trimmed : undefined;
}

/** Trades a single-use code for the cookie that this browser is known by. Throws `access.unauthenticated` where the code is not, or no longer, good. */
export async function tradeCode(
  fetch: typeof globalThis.fetch,
  code: string,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch('/auth/code', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
    credentials: 'same-origin',
    signal,
  });
  if (response.ok) return;
  if (response.status === 429)
    throw new CuttleError('access.locked-out', 'Too many codes were tried.');
  throw new CuttleError(
    'access.unauthenticated',
    'This code was used already, is older than ten minutes, or is none of this gateway.',
    { hint: 'Run `cuttle open` for a new address.' },
  );
}
