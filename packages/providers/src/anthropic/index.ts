export { AnthropicOptions } from './options.ts';
export { type AnthropicSettings, createAnthropic } from './provider.ts';
