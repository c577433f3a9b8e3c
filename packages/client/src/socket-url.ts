import { CuttleError } from '@cuttle/core-types/errors';

/** The address of a gateway's socket from any address of it: `http://127.0.0.1:18800/#code=x` is `ws://127.0.0.1:18800/ws`. */
export function toSocketUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new CuttleError('request.invalid', `"${text}" is not the address of a gateway.`, {
      cause: error,
      hint: 'Write it like http://127.0.0.1:18800.',
    });
  }
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const path = url.pathname === '/' ? '/ws' : url.pathname;
  return `${secure ? 'wss' : 'ws'}://${url.host}${path}${url.search}`;
}
