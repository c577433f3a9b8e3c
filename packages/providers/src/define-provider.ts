import type { ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import type { ProviderDeps } from './provider-deps.ts';

/** A kind of provider as data: the configuration's schema, the docs and the wizard are derived from the list of these. */
export interface ProviderDefinition {
  /** The `kind` in the configuration. */
  readonly id: string;
  readonly title: string;
  /** Where a key comes from by custom, if it needs one. */
  readonly keyVariable?: string | undefined;
  readonly options: z.ZodType;
  /** Throws `ZodError` for settings that are wrong. Nothing is loaded or sent before the first request. */
  create(options: unknown, deps: ProviderDeps): ModelProvider;
}

/** Returns its argument with the types of its schema checked and then forgotten, for a list of many. */
export function defineProvider<Schema extends z.ZodType>(definition: {
  readonly id: string;
  readonly title: string;
  readonly keyVariable?: string | undefined;
  readonly options: Schema;
  create(options: z.output<Schema>, deps: ProviderDeps): ModelProvider;
}): ProviderDefinition {
  return {
    ...definition,
    create: (options, deps) => definition.create(definition.options.parse(options), deps),
  };
}
