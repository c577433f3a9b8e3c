import { z } from 'zod';
import { defineMethod } from './method.ts';
import { KeyStatus, ModelReport } from './shapes.ts';

/** What an agent can be given: models, tools, commands. */
export const modelsMethods = [
  defineMethod({
    name: 'models.list',
    summary:
      'The models that are set up, the default first, with what is known of each. `refresh` also asks each provider for the list of its own.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ refresh: z.boolean().default(false) }),
    result: () =>
      z.object({
        models: z.array(ModelReport),
        default: z.string(),
        reason: z.string(),
        /** Providers that could not be asked. */
        failures: z.array(
          z.object({ provider: z.string(), code: z.string(), message: z.string() }),
        ),
      }),
  }),
  defineMethod({
    name: 'models.test',
    summary: 'Asks a model for one word and tells how long it took.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject({ model: z.string().max(200).optional() }),
    result: () =>
      z.object({
        model: z.string(),
        ok: z.boolean(),
        firstTokenMs: z.number().optional(),
        totalMs: z.number().optional(),
        text: z.string().optional(),
        error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
      }),
  }),
  defineMethod({
    name: 'providers.status',
    summary: 'Configured providers, how their keys do, and how the default model was chosen.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({}),
    result: () =>
      z.object({
        providers: z.array(
          z.object({
            id: z.string(),
            kind: z.string(),
            detail: z.string(),
            keys: z.array(KeyStatus),
          }),
        ),
        default: z.string(),
        reason: z.string(),
      }),
  }),
  defineMethod({
    name: 'tools.catalog',
    summary: 'The tools of the gateway with effect, risk and whether the owner may use them.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({}),
    result: () =>
      z.object({
        tools: z.array(
          z.object({
            name: z.string(),
            description: z.string(),
            effect: z.string(),
            risk: z.string(),
            allowed: z.boolean(),
          }),
        ),
      }),
  }),
  defineMethod({
    name: 'commands.list',
    summary: 'The slash commands every channel understands.',
    scope: undefined,
    since: 1,
    params: () => z.looseObject({}),
    result: () =>
      z.object({
        commands: z.array(
          z.object({ name: z.string(), args: z.string(), description: z.string() }),
        ),
      }),
  }),
] as const;
