export { OpenaiResponsesOptions } from './options.ts';
export { createOpenaiResponses, type OpenaiResponsesSettings } from './provider.ts';
