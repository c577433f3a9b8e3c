import type { ModelProvider } from '@cuttle/core-types/ports';
import { encodeMessage } from '@cuttle/testkit/bedrock';
import { createAnthropic } from '../anthropic/provider.ts';
import { createBedrock } from '../bedrock/provider.ts';
import { createGemini } from '../gemini/provider.ts';
import { createOllama } from '../ollama/provider.ts';
import { createOpenai } from '../openai/provider.ts';
import { createOpenaiResponses } from '../openai-responses/provider.ts';
import type { ProviderDeps } from '../provider-deps.ts';

/** A call as a service says it. */
export interface SaidCall {
  readonly id: string;
  readonly name: string;
  readonly input: object;
}

/** How a service says things on its wire, for what no faithful server would say. */
export interface Voice {
  readonly id: string;
  connect(
    deps: ProviderDeps & {
      readonly baseUrl?: string;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): ModelProvider;
  /** Records, framed. */
  frame(...records: readonly object[]): Uint8Array;
  /** A text and how it ended. */
  ended(reason: string): Uint8Array;
  /** Calls of one answer, whole. */
  calling(...calls: readonly SaidCall[]): Uint8Array;
}

const apiKey = 'a-key-of-the-test';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sse = (...records: readonly object[]): Uint8Array =>
  bytes(records.map((record) => `data: ${JSON.stringify(record)}\n\n`).join(''));
const lines = (...records: readonly object[]): Uint8Array =>
  bytes(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const messages = (...records: readonly object[]): Uint8Array =>
  Buffer.concat(
    records.flatMap((record) =>
      Object.entries(record).map(([name, payload]) =>
        encodeMessage({ type: 'event', name }, payload),
      ),
    ),
  );

export const voices: readonly Voice[] = [
  {
    id: 'anthropic',
    connect: (deps) => createAnthropic({ apiKey, ...deps }),
    frame: sse,
    ended: (stop_reason) =>
      sse(
        { type: 'message_start', message: {} },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'hi' } },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason } },
        { type: 'message_stop' },
      ),
    calling: (...calls) =>
      sse(
        ...calls.flatMap(({ id, name, input }, index) => [
          {
            type: 'content_block_start',
            index,
            content_block: { type: 'tool_use', id, name, input: {} },
          },
          {
            type: 'content_block_delta',
            index,
            delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
          },
          { type: 'content_block_stop', index },
        ]),
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
        { type: 'message_stop' },
      ),
  },
  {
    id: 'bedrock',
    connect: (deps) => createBedrock({ apiKey, region: 'us-east-1', ...deps }),
    frame: messages,
    ended: (stopReason) =>
      messages(
        { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'hi' } } },
        { contentBlockStop: { contentBlockIndex: 0 } },
        { messageStop: { stopReason } },
        { metadata: { usage: {} } },
      ),
    calling: (...calls) =>
      messages(
        ...calls.flatMap(({ id, name, input }, contentBlockIndex) => [
          {
            contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId: id, name } } },
          },
          {
            contentBlockDelta: {
              contentBlockIndex,
              delta: { toolUse: { input: JSON.stringify(input) } },
            },
          },
          { contentBlockStop: { contentBlockIndex } },
        ]),
        { messageStop: { stopReason: 'tool_use' } },
        { metadata: { usage: {} } },
      ),
  },
  {
    id: 'gemini',
    connect: (deps) => createGemini({ apiKey, ...deps }),
    frame: sse,
    ended: (finishReason) =>
      sse({ candidates: [{ content: { parts: [{ text: 'hi' }] }, finishReason }] }),
    calling: (...calls) =>
      sse({
        candidates: [
          {
            content: {
              parts: calls.map(({ input, ...call }) => ({
                functionCall: { ...call, args: input },
              })),
            },
            finishReason: 'STOP',
          },
        ],
      }),
  },
  {
    id: 'ollama',
    connect: (deps) => createOllama({ ...deps }),
    frame: lines,
    ended: (done_reason) => lines({ message: { content: 'hi' }, done: true, done_reason }),
    calling: (...calls) =>
      lines(
        {
          message: {
            tool_calls: calls.map(({ id, name, input }) => ({
              id,
              function: { name, arguments: input },
            })),
          },
        },
        { done: true },
      ),
  },
  {
    id: 'openai',
    connect: (deps) => createOpenai({ apiKey, ...deps }),
    frame: sse,
    ended: (finish_reason) => sse({ choices: [{ delta: { content: 'hi' }, finish_reason }] }),
    calling: (...calls) =>
      sse(
        ...calls.map(({ id, name, input }, index) => ({
          choices: [
            {
              delta: {
                tool_calls: [{ index, id, function: { name, arguments: JSON.stringify(input) } }],
              },
            },
          ],
        })),
        { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
      ),
  },
  {
    id: 'openai-responses',
    connect: (deps) => createOpenaiResponses({ apiKey, ...deps }),
    frame: sse,
    ended: (type) =>
      sse(
        { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'hi' },
        { type, output_index: 0, delta: 'never' },
        { type: 'response.completed', response: { status: 'completed' } },
      ),
    calling: (...calls) =>
      sse(
        ...calls.map(({ id, name, input }, output_index) => ({
          type: 'response.output_item.done',
          output_index,
          item: {
            type: 'function_call',
            call_id: id,
            name,
            arguments: JSON.stringify(input),
          },
        })),
        { type: 'response.completed', response: { status: 'completed' } },
      ),
  },
];

export function voiceOf(id: string): Voice {
  const voice = voices.find((one) => one.id === id);
  if (!voice) throw new Error(`There is no dialect ${id}.`);
  return voice;
}
