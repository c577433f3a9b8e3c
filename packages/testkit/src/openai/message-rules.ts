import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import type { Refusal } from './refusal.ts';
import type { ChatMessage, Part } from './request-schema.ts';

const chatDocs = 'https://platform.openai.com/docs/api-reference/chat/create';
const toolDocs = 'https://platform.openai.com/docs/guides/function-calling';

/** The rules on the list of messages. Each refusal is the service's own sentence. */
export const messageRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'a message has content, but for an assistant that calls tools',
    source: chatDocs,
    check: ({ body }) => firstOf(body.messages, refuseNoContent),
  },
  {
    name: 'reasoning comes back only to services that show it',
    source: chatDocs,
    check: ({ body, reasoning }) =>
      firstOf(body.messages, (message, index) => refuseReasoning(message, index, reasoning)),
  },
  {
    name: 'images, audio and files are said by the user, to a model that takes them',
    source: chatDocs,
    check: ({ body, model }) =>
      firstOf(body.messages, (message, index) => refuseForeignPart(message, index, model.inputs)),
  },
  {
    name: 'a tool message names its call',
    source: toolDocs,
    check: ({ body }) => firstOf(body.messages, refuseNameless),
  },
  {
    name: 'tool messages follow the assistant message that called, one for each call',
    source: 'https://github.com/RamiAwar/dataline/issues/172',
    check: ({ body }) => refuseUnpaired(body.messages),
  },
];

export function partsOf({ content }: ChatMessage): readonly Part[] {
  if (content === null || content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function firstOf(
  messages: readonly ChatMessage[],
  refuse: (message: ChatMessage, index: number) => Refusal | undefined,
): Refusal | undefined {
  for (const [index, message] of messages.entries()) {
    const refusal = refuse(message, index);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuseNoContent(message: ChatMessage, index: number): Refusal | undefined {
  if (message.content !== null && message.content !== undefined) return undefined;
  if (message.role === 'function') return undefined;
  const calls =
    message.role === 'assistant' &&
    [message.tool_calls, message.function_call, message.refusal, message.audio].some(
      (other) => other !== null && other !== undefined,
    );
  if (calls) return undefined;
  return {
    message: "Invalid value for 'content': expected a string, got null.",
    param: `messages.[${index}].content`,
    code: null,
  };
}

function refuseReasoning(
  message: ChatMessage,
  index: number,
  reasoning: CheckedRequest['reasoning'],
): Refusal | undefined {
  const fields = ['reasoning_content', 'reasoning', 'reasoning_details'] as const;
  const taken = reasoning === 'reasoning' ? ['reasoning', 'reasoning_details'] : [reasoning];
  const field = fields.find((key) => key in message && !taken.includes(key));
  if (field === undefined) return undefined;
  const param = `messages[${index}].${field}`;
  return { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' };
}

function refuseForeignPart(
  message: ChatMessage,
  index: number,
  inputs: CheckedRequest['model']['inputs'],
): Refusal | undefined {
  const param = `messages[${index}]`;
  const taken = takenParts(message, inputs);
  const foreign = partsOf(message).find(({ type }) => !taken.includes(type));
  if (foreign === undefined) return undefined;
  if (foreign.type === 'image_url' && message.role !== 'user') {
    return {
      message: `Invalid '${param}'. Image URLs are only allowed for messages with role 'user', but this message with role '${message.role}' contains an image URL.`,
      param,
      code: 'invalid_value',
    };
  }
  return {
    message: `Invalid '${param}'. Content blocks are expected to be either text or image_url type.`,
    param,
    code: 'invalid_value',
  };
}

function takenParts(
  { role }: ChatMessage,
  inputs: CheckedRequest['model']['inputs'],
): readonly Part['type'][] {
  if (role === 'user') return ['text', ...inputs];
  return role === 'assistant' ? ['text', 'refusal'] : ['text'];
}

function refuseNameless(message: ChatMessage, index: number): Refusal | undefined {
  return message.role === 'tool' && message.tool_call_id === undefined
    ? {
        message:
          "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
        param: `messages.[${index}].tool_call_id`,
        code: null,
      }
    : undefined;
}

/** Walks the messages with the calls that the last assistant message left open. */
function refuseUnpaired(messages: readonly ChatMessage[]): Refusal | undefined {
  let open: OpenCalls | undefined;
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      const refusal = answerCall(message.tool_call_id ?? '', index, open);
      if (refusal !== undefined) return refusal;
      continue;
    }
    const unanswered = refuseUnanswered(open, index);
    if (unanswered !== undefined) return unanswered;
    const ids = message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : [];
    const twice = ids.find((id, at) => ids.indexOf(id) !== at);
    if (twice !== undefined) return duplicateOf(twice, index);
    open = ids.length > 0 ? { ids, answered: new Set() } : undefined;
  }
  return refuseUnanswered(open, messages.length);
}

interface OpenCalls {
  readonly ids: readonly string[];
  readonly answered: Set<string>;
}

function answerCall(id: string, index: number, open: OpenCalls | undefined): Refusal | undefined {
  if (open === undefined) {
    return {
      message:
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
      param: `messages.[${index}].role`,
      code: null,
    };
  }
  if (!open.ids.includes(id)) {
    return {
      message: `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`,
      param: `messages.[${index}].tool_call_id`,
      code: null,
    };
  }
  if (open.answered.has(id)) return duplicateOf(id, index);
  open.answered.add(id);
  return undefined;
}

function refuseUnanswered(open: OpenCalls | undefined, index: number): Refusal | undefined {
  const missing = (open?.ids ?? []).filter((id) => open?.answered.has(id) === false);
  if (missing.length === 0) return undefined;
  return {
    message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.join(', ')}`,
    param: `messages.[${index}].role`,
    code: null,
  };
}

function duplicateOf(id: string, index: number): Refusal {
  return {
    message: `Duplicate value for 'tool_call_id' of ${id} in message[${index}]`,
    param: `messages.[${index}].tool_call_id`,
    code: null,
  };
}
