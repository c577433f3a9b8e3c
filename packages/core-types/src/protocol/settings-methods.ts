import { z } from 'zod';
import { Json } from '../json.ts';
import { defineMethod } from './method.ts';

/** The configuration. */
export const settingsMethods = [
  defineMethod({
    name: 'config.get',
    summary: 'The configuration in force, secrets removed, with the hash of its file.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ path: z.string().max(500).optional() }),
    result: () =>
      z.object({
        config: Json,
        hash: z.string(),
        file: z.string(),
        problems: z.array(z.string()),
      }),
  }),
  defineMethod({
    name: 'config.set',
    summary:
      'Sets one key in the file and applies it; comments stay. `baseHash` refuses a stale write.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        path: z.string().min(1).max(500),
        value: Json,
        baseHash: z.string().optional(),
      }),
    result: () => z.object({ hash: z.string(), restart: z.array(z.string()) }),
  }),
  defineMethod({
    name: 'config.reload',
    summary: 'Reads the file again. A bad file is refused and the last good configuration runs on.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({}),
    result: () =>
      z.object({
        applied: z.boolean(),
        problems: z.array(z.string()),
        restart: z.array(z.string()),
      }),
  }),
  defineMethod({
    name: 'config.schema',
    summary: 'The JSON Schema of the configuration.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({}),
    result: () => z.object({ schema: Json }),
  }),
] as const;
