import { type Config, configSchema } from '@cuttle/config';
import type { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { createRedactor, redactJson } from '@cuttle/security';
import { z } from 'zod';
import type { ConfigSource } from './config-source.ts';

/** A configuration that a program gave and that no file stands behind: it can be read, not changed. */
export function fixedConfig(config: Config): ConfigSource {
  const redacted = redactJson(config, createRedactor([])) as Json; // a configuration is JSON
  const noFile = (): never => {
    throw new CuttleError(
      'config.invalid',
      'This gateway was given its configuration by a program; there is no file to change.',
    );
  };
  return {
    current: () => ({ config, redacted, hash: 'fixed', file: '', problems: [], secrets: [] }),
    reload: async () => ({ applied: false, problems: [], restart: [] }),
    set: async () => noFile(),
    schema: () => z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Json, // a JSON Schema is JSON
    onApplied: () => {},
  };
}
