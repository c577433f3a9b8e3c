import { CuttleError } from '@cuttle/core-types/errors';
import type { GatewaySettings } from './gateway-deps.ts';

/**
 * Keeps other sites out: the host must be one of ours (a rebound DNS name is not), and a browser's origin must be that host
 * or one the owner allowed. Programs send no origin. Throws `access.origin`.
 */
export function checkOrigin(
  { host, origin }: { host: string | undefined; origin: string | undefined },
  { hosts, allowedOrigins }: Pick<GatewaySettings, 'hosts' | 'allowedOrigins'>,
): void {
  const name = hostName(host);
  if (hosts.length > 0 && !hosts.includes(name))
    throw new CuttleError('access.origin', `This gateway does not answer as "${name}".`);
  if (origin === undefined || allowedOrigins.includes(origin)) return;
  const isOurs = URL.canParse(origin) && new URL(origin).host === host;
  if (!isOurs)
    throw new CuttleError(
      'access.origin',
      `A page from ${origin.slice(0, 200)} may not use this gateway.`,
    );
}

/** `[::1]:18800` → `[::1]`, `LOCALHOST:1` → `localhost`. */
function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}
