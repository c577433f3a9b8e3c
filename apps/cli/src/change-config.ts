import type { Client } from '@cuttle/client';
import { findConfigFile, nodeFiles, writeChange } from '@cuttle/config';
import type { Json } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { findGateway, homeOf } from './gateway-address.ts';
import type { Job } from './job.ts';

/** The gateway changes the file while one runs; null takes a key out. */
export async function changeConfig(job: Job, path: string, value: Json): Promise<void> {
  const { context, output, signal } = job;
  const client = await connectIfRunning(job);
  if (client) {
    const { hash, restart } = await client.call('config.set', { path, value }, signal);
    output.result({ path, hash, restart }, () => [
      restart.length === 0
        ? 'Changed, and in force.'
        : `Changed; in force after a restart: ${restart.join(', ')}.`,
    ]);
    return;
  }
  const file = await configFileOf(context);
  const { env, newId } = context;
  const { hash } = await writeChange({ file, env, newId }, { path, value: value ?? undefined });
  output.result({ path, hash, restart: [] }, () => [`Changed ${file}.`]);
}

/** A client of the gateway of this home; undefined where none runs. */
export async function connectIfRunning(job: Job): Promise<Client | undefined> {
  const { context, url } = job;
  if (url === undefined && !(await findGateway(context, url))) return undefined;
  try {
    return await job.connect();
  } catch (error) {
    if (url === undefined && isCuttleError(error, 'gateway.not-running')) return undefined;
    throw error;
  }
}

/** The configuration file of this home, whether it is there or not. */
export function configFileOf(context: Job['context']): Promise<string> {
  return findConfigFile({ env: context.env, home: homeOf(context) }, nodeFiles);
}
