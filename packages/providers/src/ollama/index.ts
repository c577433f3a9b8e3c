export { OllamaOptions } from './options.ts';
export { createOllama, type OllamaSettings } from './provider.ts';
