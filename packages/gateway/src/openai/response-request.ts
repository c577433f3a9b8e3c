import { CuttleError } from '@cuttle/core-types/errors';
import type { InputItem, InputPart, ResponseRequest, TextFormat } from './response-wire.ts';
import type { CompletionRequest, Content, WireMessage } from './wire.ts';

/** The same question as Chat Completions asks it. Throws `request.unsupported`. */
export function toCompletionRequest(request: ResponseRequest): CompletionRequest {
  refuseUnsupported(request);
  const { model, stream, temperature, top_p, tools, tool_choice, text } = request;
  const format = toResponseFormat(text?.format ?? undefined);
  return {
    model,
    messages: toWireMessages(request),
    stream,
    temperature,
    top_p,
    max_completion_tokens: request.max_output_tokens,
    ...(format !== undefined && { response_format: format }),
    ...(tools && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function' as const,
        function: { name, description, parameters },
      })),
    }),
    ...(tool_choice && {
      tool_choice:
        typeof tool_choice === 'string'
          ? tool_choice
          : { type: 'function' as const, function: { name: tool_choice.name } },
    }),
  };
}

const ownHistory =
  'Send the items of the conversation in `input`, or name a lasting session in the header `x-cuttle-session`.';
/** What would change the answer if it were read over, and what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  previous_response_id: ownHistory,
  conversation: ownHistory,
  prompt: 'Send its words in `instructions` and `input`.',
  background: 'Leave it out and wait for the answer, or stream it.',
};

function refuseUnsupported(request: ResponseRequest): void {
  for (const [field, hint] of Object.entries(unsupported)) {
    const value = request[field];
    if (value === undefined || value === null || value === false) continue;
    throw new CuttleError('request.unsupported', `${field}: this gateway does not support it.`, {
      hint,
    });
  }
}

function toWireMessages({ input, instructions }: ResponseRequest): WireMessage[] {
  const messages: WireMessage[] = [];
  if (instructions) messages.push({ role: 'system', content: instructions });
  const items: readonly InputItem[] =
    typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  for (const item of items) addItem(messages, item);
  return messages;
}

function addItem(messages: WireMessage[], item: InputItem): void {
  switch (item.type) {
    case 'reasoning':
      return;
    case 'function_call': {
      const call = {
        id: item.call_id,
        type: 'function' as const,
        function: { name: item.name, arguments: item.arguments },
      };
      // The text and the calls of one answer are items of their own here, and one message there.
      const last = messages.at(-1);
      if (last?.role === 'assistant')
        messages[messages.length - 1] = { ...last, tool_calls: [...(last.tool_calls ?? []), call] };
      else messages.push({ role: 'assistant', tool_calls: [call] });
      return;
    }
    case 'function_call_output':
      messages.push({
        role: 'tool',
        tool_call_id: item.call_id,
        name: item.name,
        content: toContent(item.output),
      });
      return;
    case 'message':
    case undefined:
      messages.push({ role: item.role, content: toContent(item.content) });
  }
}

function toContent(content: string | readonly InputPart[]): string | Content[] {
  return typeof content === 'string' ? content : content.map(toPart);
}

function toPart(part: InputPart): Content {
  switch (part.type) {
    case 'input_image': {
      if (!part.image_url) throw notInline('input_image', 'image_url');
      return { type: 'image_url', image_url: { url: part.image_url } };
    }
    case 'input_file': {
      if (!part.file_data) throw notInline('input_file', 'file_data');
      return { type: 'file', file: { file_data: part.file_data, filename: part.filename } };
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: part.input_audio };
    case 'refusal':
      return { type: 'refusal', refusal: part.refusal };
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: part.text };
  }
}

function notInline(part: string, field: string): CuttleError {
  return new CuttleError(
    'request.unsupported',
    `${part}: this gateway keeps no files of clients.`,
    {
      hint: `Send it as ${field} with a data URL.`,
    },
  );
}

/** https://platform.openai.com/docs/guides/structured-outputs */
function toResponseFormat(format: TextFormat | undefined): CompletionRequest['response_format'] {
  if (format === undefined || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json_object' };
  const { name, schema, description, strict } = format;
  return {
    type: 'json_schema',
    json_schema: {
      name,
      schema,
      ...(description != null && { description }),
      ...(strict != null && { strict }),
    },
  };
}
