import {
  type ConfigKeeper,
  type ConfigReload,
  findConfigFile,
  nodeFiles,
  openConfigKeeper,
  redactConfig,
  secretsOf,
  toJsonSchema,
  watchConfig,
} from '@cuttle/config';
import type { NewId } from '@cuttle/core-types';
import type { Clock, Log } from '@cuttle/core-types/ports';
import { checkConfig } from './check-config.ts';
import type { ConfigSource, LoadedConfig } from './config-source.ts';

/** What is read once at the start: a change of it is kept and holds from the next start on. */
const needsRestart = /^(gateway\.(port|bind|auth)|store|log)\b/;

type Environment = Readonly<Record<string, string | undefined>>;
export interface FileConfig extends ConfigSource {
  /** The environment with what `.env` adds to it. */
  env(): Environment;
  /** Reloads when a file changes, until aborted, and whenever the returned function is called; tells the log how each reading ended. */
  watch(deps: { clock: Clock; log: Log }, signal: AbortSignal): () => void;
}

/** The configuration file of a home as the source. Throws `config.*` where it is not right at the first reading. */
export async function openConfigFile({
  home,
  env,
  newId,
}: {
  home: string;
  env: Environment;
  newId: NewId;
}): Promise<FileConfig> {
  const file = await findConfigFile({ env, home }, nodeFiles);
  const check = (read: Parameters<typeof checkConfig>[0]): void => checkConfig(read, home);
  const keeper = await openConfigKeeper({ file, env, newId, check });
  // Read with every message, so it is made once per change.
  let loaded = toLoaded(keeper);
  keeper.onApplied(() => {
    loaded = toLoaded(keeper);
  });
  return {
    current: () => ({ ...loaded, problems: keeper.problems() }),
    schema: toJsonSchema,
    onApplied: (listener) => void keeper.onApplied((_read, changed) => listener(loaded, changed)),
    reload: async () => toReport(await keeper.reload()),
    async set({ path, value, baseHash }) {
      // JSON has no undefined: null takes a key away.
      const { hash, changed } = await keeper.set({ path, value: value ?? undefined, baseHash });
      return { hash, restart: changed.filter((one) => needsRestart.test(one)) };
    },
    env: () => keeper.current().env,
    watch({ clock, log }, signal) {
      const heard = (result: ConfigReload): void => tell(log, result);
      const failed = (error: unknown): void =>
        log.error('The configuration could not be watched.', { error });
      void watchConfig({ keeper, clock, heard, failed }, signal).catch((error: unknown) => {
        if (!signal.aborted) failed(error);
      });
      return () => void keeper.reload().then(heard, failed);
    },
  };
}

function toLoaded(keeper: ConfigKeeper): LoadedConfig {
  const { config, hash, file } = keeper.current();
  return {
    config,
    hash,
    file,
    problems: keeper.problems(),
    redacted: redactConfig(config),
    secrets: secretsOf(config),
  };
}

function toReport({
  applied,
  problems,
  changed,
}: ConfigReload): Awaited<ReturnType<ConfigSource['reload']>> {
  return {
    applied,
    problems: [...problems],
    restart: changed.filter((one) => needsRestart.test(one)),
  };
}

function tell(log: Log, { applied, problems, changed }: ConfigReload): void {
  if (!applied)
    log.error('The changed configuration was refused; the last good one runs on.', { problems });
  else if (changed.length > 0) log.info('A changed configuration is in force.', { changed });
}
