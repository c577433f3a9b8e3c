import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { type ConfigFiles, nodeFiles } from './config-files.ts';
import { applyOverrides } from './env-overrides.ts';
import { readWithIncludes } from './include.ts';
import { type ConfigProblem, refusal } from './problem.ts';
import { type Config, configSchema, isOpen } from './schema.ts';
import { type Environment, substitute } from './substitute.ts';
import { findUnknownKeys } from './unknown-keys.ts';
import { validate } from './validate.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** What its owner should know; nothing that keeps it from working. */
  readonly problems: readonly ConfigProblem[];
  readonly file: string;
  /** Of the file's text, for changes that must not overwrite another's: SHA-256 in hex. */
  readonly hash: string;
  /** Every file that was read, `.env` among them. */
  readonly sources: readonly string[];
  /** The environment with what `.env` adds to it; in it the customary names of keys and tokens are found. */
  readonly env: Environment;
}

export interface LoadInput {
  /** Its extension says the format. There need be no such file. */
  readonly file: string;
  readonly env: Environment;
  /** Default: the file system. */
  readonly files?: ConfigFiles;
}

/**
 * The configuration in force: defaults, then the file and what it includes, then `CUTTLE_…` variables.
 * Throws `config.syntax`, `config.include`, `config.cycle`, and `config.invalid` naming every value that is not right, with its place.
 */
export async function loadConfig({
  file,
  env: outer,
  files = nodeFiles,
}: LoadInput): Promise<LoadedConfig> {
  const dotenvFile = join(dirname(file), '.env');
  const dotenv = await files.readText(dotenvFile);
  // What is set outside wins, as with every reader of such files.
  const env = { ...(dotenv !== undefined && parseEnv(dotenv)), ...outer };
  const { root, sources } = await readWithIncludes(file, files);
  const filled = substitute(root, env);
  const faults = filled.problems.filter(({ severity }) => severity === 'error');
  if (faults.length > 0) throw refusal('config.invalid', faults);
  const checked = validate(applyOverrides(filled.root, env, configSchema), configSchema);
  if (!checked.ok) throw refusal('config.invalid', checked.problems);
  const unknown = findUnknownKeys(checked.root, configSchema, isOpen);
  return {
    config: checked.value,
    problems: [...filled.problems, ...unknown],
    file,
    hash: await hashOf((await files.readText(file)) ?? ''),
    sources: [...sources, ...(dotenv === undefined ? [] : [dotenvFile])],
    env,
  };
}

export async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
