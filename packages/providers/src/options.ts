export { AnthropicOptions } from './anthropic/options.ts';
export { ModelEntry } from './common-options.ts';
export { GeminiOptions } from './gemini/options.ts';
export { OfflineOptions } from './offline/options.ts';
export { OllamaOptions } from './ollama/options.ts';
export { OpenaiOptions } from './openai/options.ts';
export { OpenaiQuirks } from './openai/quirks.ts';
