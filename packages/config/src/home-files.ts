import { join } from 'node:path';
import type { ConfigFiles } from './config-files.ts';
import type { Environment } from './substitute.ts';

/** The data folder: `$CUTTLE_HOME`, else `.cuttle` in the user's own. */
export function homeFolder(env: Environment, userFolder: string): string {
  return env['CUTTLE_HOME'] ?? join(userFolder, '.cuttle');
}

const names = ['cuttle.json5', 'cuttle.json', 'cuttle.yaml', 'cuttle.yml', 'cuttle.toml'] as const;

/** The configuration file: `$CUTTLE_CONFIG`, else the first one there is in the home, else where one would be made. */
export async function findConfigFile(
  { env, home }: { env: Environment; home: string },
  files: ConfigFiles,
): Promise<string> {
  const named = env['CUTTLE_CONFIG'];
  if (named !== undefined && named !== '') return named;
  for (const name of names) {
    const path = join(home, name);
    if ((await files.findRealPath(path)) !== undefined) return path;
  }
  return join(home, names[0]);
}
