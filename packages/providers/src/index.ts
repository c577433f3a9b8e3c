export { toModelPrices } from './catalogue/dollar-prices.ts';
export { findModel } from './catalogue/find-model.ts';
export {
  defineProvider,
  type EmbeddingDefinition,
  type ProviderDefinition,
  type TranscriptionDefinition,
} from './define-provider.ts';
export { providerDefinitions } from './definitions.ts';
export {
  choicesInEnvironment,
  type DetectDeps,
  detectProviders,
  type Environment,
  ollamaUrl,
  type ProviderChoice,
} from './detect-providers.ts';
export { createEmbeddingProgress } from './embedding/embedding-progress.ts';
export { createEmbeddingRouter } from './embedding/embedding-router.ts';
export { createRetryingEmbedder } from './embedding/retrying-embedder.ts';
export { type Fetch } from './exchange/strict-fetch.ts';
export { classifyFailure, type ServiceFailure } from './failure/classify-failure.ts';
export { definePreset, type ProviderPreset, providerPresets } from './presets.ts';
export type { ProviderDeps } from './provider-deps.ts';
export { createRetrying, type RetryDeps } from './retrying.ts';
export { createRetryingTranscriber } from './transcription/retrying-transcriber.ts';
export { findMinutePrice } from './transcription/transcription-models.ts';
export { createRouter } from './router/create-router.ts';
export { createKeyPool, type KeyPool, type PoolKey } from './router/key-pool.ts';
export type { Route, RouterDeps } from './router/route.ts';
export {
  createRouteHealth,
  type RouteHealth,
  type RouteHealthDeps,
  type RouteMemory,
  type RouteReport,
} from './router/route-health.ts';
export {
  type GeneratedObject,
  generateObject,
  type ObjectRequest,
} from './structured/generate-object.ts';
