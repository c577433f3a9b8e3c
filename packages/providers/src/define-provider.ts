import type { Embedder, ModelProvider, Transcriber } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { createLazyEmbedder } from './embedding/lazy-embedder.ts';
import { createLazyTranscriber } from './transcription/lazy-transcriber.ts';
import { createLazyProvider } from './lazy-provider.ts';
import type { ProviderDeps } from './provider-deps.ts';

/** A kind of provider as data: the configuration's schema, the docs and the wizard are derived from the list of these. */
export interface ProviderDefinition {
  /** The `kind` in the configuration. */
  readonly id: string;
  readonly title: string;
  readonly dialect: string;
  /** Where a key comes from by custom, if it needs one. */
  readonly keyVariable?: string | undefined;
  readonly options: z.ZodType;
  /** Throws `ZodError` for settings that are wrong. Nothing is loaded or sent before the first request. */
  create(options: unknown, deps: ProviderDeps): ModelProvider;
  /** Loads the adapter. `options` are those that the schema gave. */
  load(options: unknown, deps: ProviderDeps): Promise<ModelProvider>;
  /** There where the service embeds texts. */
  readonly embeddings?: EmbeddingDefinition | undefined;
  /** There where the service writes down what is said in recordings. */
  readonly transcription?: TranscriptionDefinition | undefined;
}

export interface TranscriptionDefinition {
  /** A model that every account has at the kind's own address. */
  readonly model?: string | undefined;
  /** Throws `ZodError` for settings that are wrong. Nothing is loaded or sent before the first request. */
  create(options: unknown, deps: ProviderDeps): Transcriber;
}

export interface EmbeddingDefinition {
  /** A model that every account has at the kind's own address. */
  readonly model?: string | undefined;
  /** Throws `ZodError` for settings that are wrong. Nothing is loaded or sent before the first request. */
  create(options: unknown, deps: ProviderDeps): Embedder;
}

/** Returns its argument with the types of its schema checked and then forgotten, for a list of many. */
export function defineProvider<Schema extends z.ZodType>(definition: {
  readonly id: string;
  readonly title: string;
  readonly dialect: string;
  readonly keyVariable?: string | undefined;
  readonly options: Schema;
  load(options: z.output<Schema>, deps: ProviderDeps): Promise<ModelProvider>;
  readonly embeddings?:
    | {
        readonly model?: string | undefined;
        load(options: z.output<Schema>, deps: ProviderDeps): Promise<Embedder>;
      }
    | undefined;
  readonly transcription?:
    | {
        readonly model?: string | undefined;
        load(options: z.output<Schema>, deps: ProviderDeps): Promise<Transcriber>;
      }
    | undefined;
}): ProviderDefinition {
  const { id, dialect, options: schema, embeddings, transcription } = definition;
  const load = (options: unknown, deps: ProviderDeps): Promise<ModelProvider> =>
    definition.load(schema.parse(options), deps);
  const named = (options: z.output<Schema>): string => Named.parse(options).id ?? id;
  return {
    ...definition,
    load,
    embeddings: embeddings && {
      model: embeddings.model,
      create(options, deps) {
        const parsed = schema.parse(options);
        return createLazyEmbedder({
          id: named(parsed),
          load: () => embeddings.load(parsed, deps),
        });
      },
    },
    transcription: transcription && {
      model: transcription.model,
      create(options, deps) {
        const parsed = schema.parse(options);
        return createLazyTranscriber({
          id: named(parsed),
          load: () => transcription.load(parsed, deps),
        });
      },
    },
    create(options, deps) {
      const parsed = schema.parse(options);
      return createLazyProvider({
        id: named(parsed),
        dialect,
        load: () => definition.load(parsed, deps),
      });
    },
  };
}

const Named = z.object({ id: z.string().optional() });
