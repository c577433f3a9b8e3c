export { type ConfigFiles, nodeFiles } from './config-files.ts';
export { hashOf, loadConfig, type LoadedConfig, type LoadInput } from './load-config.ts';
export { type ConfigProblem, formatProblem } from './problem.ts';
export { type Config, type ConfigInput, configSchema } from './schema.ts';
