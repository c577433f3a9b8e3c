import type { AnswerEvents } from './answer-form.ts';
import { finishOf, toWireCalls, toWireUsage } from './completion.ts';
import { toWireError } from './error.ts';
import { createShownText } from './shown-text.ts';

export interface ChunkHead {
  readonly id: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly includeUsage: boolean;
}

/** `chat.completion.chunk` events, then `[DONE]`: https://platform.openai.com/docs/api-reference/chat/streaming */
export function createCompletionStream({
  id,
  model,
  createdSeconds,
  includeUsage,
}: ChunkHead): AnswerEvents {
  const shown = createShownText();
  const prefix = `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${createdSeconds},"model":${JSON.stringify(model)},"choices":`;
  const usageField = includeUsage ? ',"usage":null' : '';
  const chunk = (delta: object, finish: string | null = null): string =>
    `${prefix}[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${usageField}}\n\n`;
  const say = (more: string): string => (more === '' ? '' : chunk({ content: more }));
  return {
    start: () => chunk({ role: 'assistant', content: '' }),
    onUpdate: ({ event, text }) => (event.type === 'text.delta' ? say(shown.upTo(text())) : ''),
    end(fate) {
      const reason = finishOf(fate);
      const calls = toWireCalls(fate.clientCalls).map((call, index) => ({ index, ...call }));
      const last =
        say(shown.finish(fate.text)) +
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
