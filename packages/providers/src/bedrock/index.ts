export { createBedrockEmbedder } from './embed.ts';
export { BedrockOptions } from './options.ts';
export { type BedrockSettings, createBedrock } from './provider.ts';
