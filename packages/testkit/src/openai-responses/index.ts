export type { ResponsesModel } from './checked-request.ts';
export {
  openaiResponsesModels,
  type OpenaiResponsesServerOptions,
  openOpenaiResponsesServer,
} from './openai-responses-server.ts';
export { openaiResponsesRules } from './validate.ts';
