import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findConfigFile, homeFolder, loadConfig, nodeFiles } from '@cuttle/config';
import { parseJson } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { CliContext } from './context.ts';

export interface GatewayAddress {
  readonly url: string;
  readonly token: string | undefined;
  /** Undefined for one that was named by its address. */
  readonly pid: number | undefined;
}

const RunFile = z.looseObject({ pid: z.int().positive(), url: z.url(), startedAt: z.string() });

/** The home of this user's gateway. */
export function homeOf({ env, userFolder }: CliContext): string {
  return homeFolder(env, userFolder);
}

/** The gateway that was named, or the one that said where it runs; undefined where there is none. */
export async function findGateway(
  context: CliContext,
  url: string | undefined,
): Promise<GatewayAddress | undefined> {
  if (url !== undefined) return { url, token: await findToken(context), pid: undefined };
  const text = await readIfThere(join(homeOf(context), 'run', 'gateway.json'));
  if (text === undefined) return undefined;
  const run = parseRunFile(text);
  // What a crashed gateway left behind: another program may have its port by now, and must not be told the token.
  if (!run || !context.processes.isAlive(run.pid)) return undefined;
  return { url: run.url, pid: run.pid, token: await findToken(context) };
}

function parseRunFile(text: string): z.output<typeof RunFile> | undefined {
  try {
    return parseJson(RunFile, text);
  } catch (error) {
    if (isCuttleError(error, 'request.invalid')) return undefined;
    throw error;
  }
}

/** The token that was set, or the one that the gateway made for itself. */
async function findToken(context: CliContext): Promise<string | undefined> {
  const { env } = context;
  const home = homeOf(context);
  try {
    const file = await findConfigFile({ env, home }, nodeFiles);
    const { config } = await loadConfig({ file, env });
    if (config.gateway.auth.token !== undefined) return config.gateway.auth.token;
  } catch (error) {
    // A gateway runs on with its last good configuration; its own token is the best guess then.
    if (!isCuttleError(error)) throw error;
  }
  const made = await readIfThere(join(home, 'credentials', 'gateway-token'));
  return made?.trim();
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') return undefined;
    throw new CuttleError('access.denied', `${path} cannot be read (${String(error.code)}).`, {
      cause: error,
      hint: 'Run this as the user that the gateway runs as.',
    });
  }
}
