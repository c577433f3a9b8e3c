export type { OpenaiModel, ReasoningField } from './checked-request.ts';
export {
  openaiEmbeddingModels,
  openaiModels,
  type OpenaiServerOptions,
  openOpenaiServer,
} from './openai-server.ts';
export { openaiRules } from './validate.ts';
export type { TranscriptionCall, TranscriptionScript } from './transcriptions.ts';
