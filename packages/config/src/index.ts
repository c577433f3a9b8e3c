export { changedPaths } from './changed-paths.ts';
export { type ConfigFiles, nodeFiles } from './config-files.ts';
export {
  type ConfigChange,
  type ConfigKeeper,
  type ConfigReload,
  type KeeperDeps,
  openConfigKeeper,
  writeChange,
} from './config-keeper.ts';
export { formatConfigPath, parseConfigPath } from './config-path.ts';
export { configExample } from './example.ts';
export { setConfigValue } from './edit-config.ts';
export { readLooseValue } from './env-overrides.ts';
export { findConfigFile, homeFolder } from './home-files.ts';
export { toJsonSchema } from './json-schema.ts';
export { hashOf, loadConfig, type LoadedConfig, type LoadInput } from './load-config.ts';
export type { ConfigPath, Origin } from './located.ts';
export { type ConfigProblem, formatProblem } from './problem.ts';
export { configReference, describeKeys, type KeyReference } from './reference.ts';
export { type Config, type ConfigInput, configSchema } from './schema.ts';
export { redactConfig, redactedMark, secretsOf } from './secrets.ts';
export type { Environment } from './substitute.ts';
export { watchConfig, type WatchDeps } from './watch-config.ts';
export { type ConfigWriter, nodeWriter } from './write-file.ts';
