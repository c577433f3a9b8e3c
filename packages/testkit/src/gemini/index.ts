export type { GeminiModel, GeminiThinking } from './checked-request.ts';
export {
  geminiEmbeddingModels,
  geminiModels,
  type GeminiServerOptions,
  openGeminiServer,
} from './gemini-server.ts';
export { signPart } from './signature.ts';
export { geminiRules } from './validate.ts';
