import type { InboundFate, RunUpdate } from '@cuttle/runtime';
import { textFor } from '@cuttle/core-types/texts';
import { finishOf, toWireCalls, toWireUsage } from './completion.ts';
import { toWireError } from './error.ts';

export interface ChunkHead {
  readonly id: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly includeUsage: boolean;
}

/**
 * Turns a run's events into `chat.completion.chunk` events: https://platform.openai.com/docs/api-reference/chat/streaming
 * The text that went out always is the beginning of the stored answer, or the stream says that it starts over.
 */
export interface CompletionStream {
  start(): string;
  onUpdate(update: RunUpdate): string;
  /** The rest of the answer, the client's calls, the reason, usage and `[DONE]`. */
  end(fate: InboundFate): string;
  fail(error: unknown): string;
}

export function createCompletionStream({
  id,
  model,
  createdSeconds,
  includeUsage,
}: ChunkHead): CompletionStream {
  let sent = '';
  const prefix = `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${createdSeconds},"model":${JSON.stringify(model)},"choices":`;
  const usageField = includeUsage ? ',"usage":null' : '';
  const chunk = (delta: object, finish: string | null = null): string =>
    `${prefix}[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${usageField}}\n\n`;
  const upTo = (text: string): string => {
    if (text.length <= sent.length && sent.startsWith(text)) return '';
    if (!text.startsWith(sent)) return '';
    const more = text.slice(sent.length);
    sent = text;
    return chunk({ content: more });
  };
  const finish = (text: string): string => {
    if (text.startsWith(sent)) return upTo(text);
    // The model was asked again after a broken stream and said something else: what went out cannot be taken back.
    sent = text;
    return chunk({ content: `\n\n${textFor('run.starts-over')}\n\n${text}` });
  };
  return {
    start: () => chunk({ role: 'assistant', content: '' }),
    onUpdate: ({ event, text }) => (event.type === 'text.delta' ? upTo(text()) : ''),
    end(fate) {
      const reason = finishOf(fate);
      const calls = toWireCalls(fate.clientCalls).map((call, index) => ({ index, ...call }));
      const last =
        finish(fate.text) +
        (calls.length > 0 ? chunk({ tool_calls: calls }) : '') +
        chunk({}, reason);
      const usage = includeUsage
        ? `${prefix}[],"usage":${JSON.stringify(toWireUsage(fate.usage))}}\n\n`
        : '';
      return `${last}${usage}data: [DONE]\n\n`;
    },
    fail: (error) =>
      `data: ${JSON.stringify(toWireError(error, { accepted: true }).body)}\n\ndata: [DONE]\n\n`,
  };
}
