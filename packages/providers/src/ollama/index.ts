export { createOllamaEmbedder } from './embed.ts';
export {
  createOllamaModels,
  type InstalledModel,
  type OllamaModels,
  type PullProgress,
} from './manage-models.ts';
export { OllamaOptions } from './options.ts';
export { createOllama, type OllamaSettings } from './provider.ts';
