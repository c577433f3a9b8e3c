export { type Config, type ConfigInput, configSchema } from './schema.ts';
