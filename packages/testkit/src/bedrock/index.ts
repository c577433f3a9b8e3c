export {
  bedrockEmbeddingModels,
  bedrockModels,
  type BedrockServerOptions,
  exampleCredentials,
  openBedrockServer,
} from './bedrock-server.ts';
export type { BedrockModel } from './checked-request.ts';
export { encodeMessage, type MessageKind } from './event-stream.ts';
export type { AwsCredentials } from './signed-request.ts';
export { bedrockRules } from './validate.ts';
