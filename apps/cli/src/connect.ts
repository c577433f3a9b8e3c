import { type Client, createClient } from '@cuttle/client';
import { CuttleError } from '@cuttle/core-types/errors';
import type { CliContext } from './context.ts';
import { findGateway, type GatewayAddress } from './gateway-address.ts';

/** A client of a gateway's address. `never`: the first loss of the connection is told at once. */
export function toClient(
  { version }: CliContext,
  { url, token }: GatewayAddress,
  reconnect: 'always' | 'never',
): Client {
  return createClient({
    url,
    token,
    reconnect,
    client: { id: 'cuttle-cli', version, platform: 'node', mode: 'cli' },
  });
}

/** An open connection to the gateway. Throws `gateway.not-running` where none answers. */
export async function connectGateway(
  context: CliContext,
  url: string | undefined,
  signal: AbortSignal,
): Promise<Client> {
  const address = await findGateway(context, url);
  if (!address) throw notRunning();
  const client = toClient(context, address, 'never');
  try {
    await client.connect(signal);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

export function notRunning(): CuttleError {
  return new CuttleError('gateway.not-running', 'No gateway runs.');
}

/** Whether a gateway answers at this address, as anybody may ask. */
export async function isAnswering(
  { fetch }: CliContext,
  { url }: GatewayAddress,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(2000)]);
    const response = await fetch(new URL('/health', url), { signal: limit });
    return response.ok;
  } catch (error) {
    signal.throwIfAborted();
    // Refused, reset, silent: whatever it is, it is no gateway.
    if (error instanceof Error) return false;
    throw error;
  }
}
