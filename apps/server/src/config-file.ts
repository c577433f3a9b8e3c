import { readFile } from 'node:fs/promises';
import { configSchema } from '@cuttle/config';
import type { ConfigSource } from './config-source.ts';
import { fixedConfig } from './fixed-config.ts';

export async function openConfigFile({
  file,
  env,
}: {
  file: string;
  env: NodeJS.ProcessEnv;
}): Promise<ConfigSource> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const raw = JSON.parse(text) as { gateway?: Record<string, unknown> };
  if (env['CUTTLE_GATEWAY__PORT'])
    raw.gateway = { ...raw.gateway, port: Number(env['CUTTLE_GATEWAY__PORT']) };
  return fixedConfig(configSchema.parse(raw));
}
