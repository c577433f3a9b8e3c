export {
  anthropicModels,
  type AnthropicServerOptions,
  openAnthropicServer,
} from './anthropic-server.ts';
export type { AnthropicModel } from './checked-request.ts';
export { signThinking } from './signature.ts';
export { anthropicRules } from './validate.ts';
