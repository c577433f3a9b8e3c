import { parentPort, workerData } from 'node:worker_threads';
import { finish, type Script, text } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openBedrockServer } from '@cuttle/testkit/bedrock';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openOpenaiResponsesServer } from '@cuttle/testkit/openai-responses';

const servers = {
  anthropic: openAnthropicServer,
  bedrock: openBedrockServer,
  gemini: openGeminiServer,
  ollama: openOllamaServer,
  openai: openOpenaiServer,
  'openai-responses': openOpenaiResponsesServer,
};

/** As many words as the last message says, each in an event of its own. */
const script: Script = ({ messages }) => {
  const count = Number(messages.at(-1)?.text);
  return [...Array.from({ length: count }, () => text('word ')), finish()];
};

const { dialect } = workerData as { dialect: keyof typeof servers }; // given by startDialect
// Ollama serves what lies on its machine; elsewhere none named means any.
const models = dialect === 'ollama' ? {} : { models: [] };
const server = await servers[dialect]({ script, ...models });
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(server.url);
