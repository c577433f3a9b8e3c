import type { AnswerEvents } from './answer-form.ts';
import { finishOf } from './completion.ts';
import { toWireError } from './error.ts';
import {
  type CallItem,
  type ResponseHead,
  type ResponseState,
  toEndState,
  toMessageItem,
  toOutputText,
  toResponseBody,
} from './response.ts';
import { createShownText } from './shown-text.ts';

type Write = (type: string, fields: object) => string;

/** `response.*` events: https://platform.openai.com/docs/api-reference/responses-streaming */
export function createResponseStream(head: ResponseHead): AnswerEvents {
  const shown = createShownText();
  let order = 0;
  const write: Write = (type, fields) => {
    const event = JSON.stringify({ type, sequence_number: order, ...fields });
    order += 1;
    return `event: ${type}\ndata: ${event}\n\n`;
  };
  const writeState = (type: string, state: ResponseState): string =>
    write(type, { response: toResponseBody(head, state) });
  const message = createMessageEvents(head.inboundId, write);
  return {
    start() {
      const state = { status: 'in_progress', output: [] } as const;
      return writeState('response.created', state) + writeState('response.in_progress', state);
    },
    onUpdate: ({ event, text }) =>
      event.type === 'text.delta' ? message.say(shown.upTo(text())) : '',
    end(fate) {
      finishOf(fate); // throws before anything more goes out
      const rest = message.say(shown.finish(fate.text));
      const state = toEndState(fate, shown.all());
      const items = state.output.map((item, output_index) =>
        item.type === 'message'
          ? message.end(shown.all(), item.status)
          : writeCall({ item, output_index }, write),
      );
      return rest + items.join('') + writeState(`response.${state.status}`, state);
    },
    fail(error) {
      const { code, message: said } = toWireError(error, { accepted: true }).body.error;
      const cut = message.hasBegun() ? message.end(shown.all(), 'incomplete') : '';
      const text = shown.all();
      const output = message.hasBegun()
        ? [toMessageItem(head.inboundId, { status: 'incomplete', text })]
        : [];
      const failed = { code, message: said };
      return cut + writeState('response.failed', { status: 'failed', output, error: failed });
    },
  };
}

interface MessageEvents {
  hasBegun(): boolean;
  say(more: string): string;
  end(text: string, status: 'in_progress' | 'completed' | 'incomplete'): string;
}

/** The text of the answer: always the first item. */
function createMessageEvents(inboundId: string, write: Write): MessageEvents {
  const place = { item_id: `msg_${inboundId}`, output_index: 0, content_index: 0 };
  let hasBegun = false;
  const begin = (): string => {
    if (hasBegun) return '';
    hasBegun = true;
    const item = toMessageItem(inboundId, { status: 'in_progress', text: undefined });
    return (
      write('response.output_item.added', { output_index: 0, item }) +
      write('response.content_part.added', { ...place, part: toOutputText('') })
    );
  };
  return {
    hasBegun: () => hasBegun,
    say(delta) {
      if (delta === '') return '';
      return begin() + write('response.output_text.delta', { ...place, delta, logprobs: [] });
    },
    end: (text, status) =>
      begin() +
      write('response.output_text.done', { ...place, text, logprobs: [] }) +
      write('response.content_part.done', { ...place, part: toOutputText(text) }) +
      write('response.output_item.done', {
        output_index: 0,
        item: toMessageItem(inboundId, { status, text }),
      }),
  };
}

/** The arguments of a call are known when all of it is. */
function writeCall(
  { item, output_index }: { item: CallItem; output_index: number },
  write: Write,
): string {
  const place = { item_id: item.id, output_index };
  const begun: CallItem = { ...item, status: 'in_progress', arguments: '' };
  return (
    write('response.output_item.added', { output_index, item: begun }) +
    write('response.function_call_arguments.delta', { ...place, delta: item.arguments }) +
    write('response.function_call_arguments.done', {
      ...place,
      arguments: item.arguments,
    }) +
    write('response.output_item.done', { output_index, item })
  );
}
