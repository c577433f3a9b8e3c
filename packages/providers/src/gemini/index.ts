export { createGeminiEmbedder } from './embed.ts';
export { GeminiOptions } from './options.ts';
export { createGemini, type GeminiSettings } from './provider.ts';
