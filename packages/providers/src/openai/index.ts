export { createOpenaiEmbedder } from './embed.ts';
export { createOpenaiTranscriber } from './transcribe.ts';
export { OpenaiOptions } from './options.ts';
export { createOpenai, createOpenai as createOpenaiChat, type OpenaiSettings } from './provider.ts';
export { OpenaiQuirks } from './quirks.ts';
