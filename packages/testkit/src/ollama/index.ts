export type { Capability, OllamaModel } from './installed-model.ts';
export { ollamaModels, type OllamaServerOptions, openOllamaServer } from './ollama-server.ts';
export { ollamaRules } from './validate.ts';
