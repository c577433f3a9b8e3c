import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import { isAnswering } from './connect.ts';
import type { CliContext } from './context.ts';
import { findGateway, type GatewayAddress, homeOf } from './gateway-address.ts';

const pollMs = 50;
const patienceMs = 30_000;

/** Where a gateway in the background speaks. */
function backgroundLog(context: CliContext): string {
  return join(homeOf(context), 'logs', 'gateway.log');
}

/** A gateway that answers, found or started in the background. `told` hears that one is started. */
export async function ensureGateway(
  context: CliContext,
  { url, told }: { url: string | undefined; told: () => void },
  signal: AbortSignal,
): Promise<GatewayAddress> {
  const found = await findGateway(context, url);
  if (found && (await isAnswering(context, found, signal))) return found;
  if (url !== undefined)
    throw new CuttleError('gateway.not-running', `No gateway answers at ${url}.`);
  told();
  return startInBackground(context, signal);
}

/**
 * Starts the server in the background and waits until it answers. When two are started at once the second gives way,
 * so one that answers is fine whoever started it. Throws with the end of its log where it ends or stays silent.
 */
export async function startInBackground(
  context: CliContext,
  signal: AbortSignal,
): Promise<GatewayAddress> {
  const { clock, env, processes, serverEntry } = context;
  const file = backgroundLog(context);
  const server = processes.start(serverEntry, { env, output: { file } });
  let ended: number | undefined;
  const watch = async (): Promise<void> => {
    ended = await server.exited;
  };
  const noted = watch();
  const until = clock.monotonic() + patienceMs;
  for (;;) {
    const gateway = await findGateway(context, undefined);
    if (gateway && (await isAnswering(context, gateway, signal))) return gateway;
    if (ended !== undefined && !gateway) break;
    if (clock.monotonic() > until) break;
    await Promise.race([clock.sleep(pollMs, signal), ...(ended === undefined ? [noted] : [])]);
  }
  const why = ended === undefined ? 'did not answer in time' : `ended with status ${ended}`;
  throw new CuttleError(
    'gateway.not-running',
    `The gateway ${why}.\n${await endOfLog(file)}`.trim(),
    {
      hint: `Its log is ${file}; \`cuttle start\` shows what happens.`,
    },
  );
}

/** The last lines of a file, read from its end. */
async function endOfLog(path: string): Promise<string> {
  const most = 2000;
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - most);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(most), position: from });
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
    return lines.slice(-8).join('\n');
  } finally {
    await file.close();
  }
}
