import type { NewId } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { changedPaths } from './changed-paths.ts';
import { type ConfigFiles, nodeFiles } from './config-files.ts';
import { parseConfigPath } from './config-path.ts';
import { setConfigValue } from './edit-config.ts';
import { hashOf, loadConfig, type LoadedConfig } from './load-config.ts';
import { formatProblem } from './problem.ts';
import { redactedMark } from './secrets.ts';
import { withoutOverrides } from './env-overrides.ts';
import type { Environment } from './substitute.ts';
import { type ConfigWriter, nodeWriter } from './write-file.ts';

export interface ConfigChange {
  /** `gateway.port`, `agents.list[0].model`, … */
  readonly path: string;
  /** Undefined takes the key away, so that its default holds. */
  readonly value: unknown;
  /** The hash the change was made against; another one in the file refuses it. */
  readonly baseHash?: string | undefined;
}

/**
 * One configuration file and what it says now. Contract:
 * - `current` is the last configuration that was right; a bad file changes nothing until it is mended;
 * - changes are made one after another, checked whole before a byte is written, and written so that a cut leaves the old file or the new one;
 * - listeners hear of each configuration after it is in force.
 */
export interface ConfigKeeper {
  current(): LoadedConfig;
  /** What the owner should know: of the configuration in force, and why a newer one is not. */
  problems(): readonly string[];
  /** Reads the files anew. `changed` names what differs (`channels.telegram.main`, `gateway.port`). */
  reload(): Promise<ConfigReload>;
  /** Throws `config.stale`, `config.invalid` or `config.syntax`; the file is then as it was. */
  set(
    change: ConfigChange,
  ): Promise<{ readonly hash: string; readonly changed: readonly string[] }>;
  onApplied(listener: (loaded: LoadedConfig, changed: readonly string[]) => void): () => void;
}
export interface ConfigReload {
  readonly applied: boolean;
  readonly problems: readonly string[];
  readonly changed: readonly string[];
}

export interface KeeperDeps {
  readonly file: string;
  readonly env: Environment;
  readonly newId: NewId;
  /** Default: the file system. */
  readonly files?: ConfigFiles;
  readonly writer?: ConfigWriter;
  /** Judges what the schema cannot, the settings of adapters among them; throws `config.invalid`. What it refuses is refused whole, as if the schema had. */
  readonly check?: (loaded: LoadedConfig) => void;
}

/** Throws what `loadConfig` and `check` throw: without a first configuration there is nothing to keep. */
export async function openConfigKeeper(deps: KeeperDeps): Promise<ConfigKeeper> {
  const { file, env, files = nodeFiles } = deps;
  const load = async (): Promise<LoadedConfig> => {
    const loaded = await loadConfig({ file, env, files });
    deps.check?.(loaded);
    return loaded;
  };
  const listeners = new Set<(loaded: LoadedConfig, changed: readonly string[]) => void>();
  let current = await load();
  let refused: CuttleError | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const before = last;
    const turn = before.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const apply = (loaded: LoadedConfig): readonly string[] => {
    const changed = changedPaths(current.config, loaded.config);
    current = loaded;
    refused = undefined;
    for (const listener of listeners) listener(loaded, changed);
    return changed;
  };
  const problems = (): readonly string[] => [
    ...current.problems.map(formatProblem),
    ...(refused ? [`not in force: ${refused.message}`] : []),
  ];
  return {
    current: () => current,
    problems,
    reload: () =>
      inTurn(async () => {
        try {
          const changed = apply(await load());
          return { applied: true, problems: problems(), changed };
        } catch (error) {
          if (!isConfigFault(error)) throw error;
          refused = error;
          return { applied: false, problems: problems(), changed: [] };
        }
      }),
    set: (change) =>
      inTurn(async () => {
        const loaded = await writeChange(deps, change);
        const changed = apply(loaded);
        return { hash: loaded.hash, changed };
      }),
    onApplied(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Makes one change in a file and reads what then holds. Throws before anything is written where it would not be right. */
export async function writeChange(
  { file, env, newId, files = nodeFiles, writer = nodeWriter, check }: KeeperDeps,
  { path: pathText, value, baseHash }: ConfigChange,
): Promise<LoadedConfig> {
  const path = parseConfigPath(pathText);
  if (holdsMark(value))
    throw new CuttleError(
      'config.invalid',
      `"${redactedMark}" stands for a secret that was not shown.`,
      {
        hint: 'Write the secret itself, or leave the key as it is.',
      },
    );
  const before = (await files.readText(file)) ?? '';
  if (baseHash !== undefined && baseHash !== (await hashOf(before)))
    throw new CuttleError('config.stale', `${file} changed since it was read.`);
  const text = await setConfigValue(before, { file, path, value });
  const changed = await withText(files, file, text);
  // A variable that overrides the key must not hide that what the file says is wrong.
  await loadConfig({ file, env: withoutOverrides(env), files: changed });
  const loaded = await loadConfig({ file, env, files: changed });
  check?.(loaded);
  if (text !== before) await writer.write(file, text, newId());
  return loaded;
}

/** The files as they would be with this text. */
async function withText(files: ConfigFiles, file: string, text: string): Promise<ConfigFiles> {
  const real = await files.findRealPath(file);
  return {
    readText: (path) =>
      path === file || path === real ? Promise.resolve(text) : files.readText(path),
    findRealPath: (path) => files.findRealPath(path),
  };
}

function holdsMark(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(redactedMark);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsMark);
}

function isConfigFault(error: unknown): error is CuttleError {
  return isCuttleError(error) && error.code.startsWith('config.');
}
