import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import { OfflineOptions } from './offline/options.ts';
import { createOffline } from './offline/provider.ts';
import { OpenaiOptions } from './openai/options.ts';
import { createOpenai } from './openai/provider.ts';
import { definePreset, providerPresets } from './presets.ts';

/** Every kind of provider, in the order in which they are offered. */
export const providerDefinitions: readonly ProviderDefinition[] = [
  defineProvider({
    id: 'openai',
    title: 'OpenAI',
    keyVariable: 'OPENAI_API_KEY',
    options: OpenaiOptions,
    create: (options, deps) => createOpenai({ ...options, ...deps }),
  }),
  ...providerPresets.map(definePreset),
  defineProvider({
    id: 'offline',
    title: 'Offline',
    options: OfflineOptions,
    create: (options) => createOffline(options),
  }),
];
