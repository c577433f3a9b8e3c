import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest, ResponsesRefusal } from './checked-request.ts';
import { partsOf } from './items-of.ts';
import { reasoningIdOf, sealReasoning } from './proof.ts';
import type { InputItem } from './request-schema.ts';

const toolDocs = 'https://platform.openai.com/docs/guides/function-calling';

/** The rules on the items of the input. Each refusal is the service's own sentence. */
export const itemRules: readonly WireRule<CheckedRequest, ResponsesRefusal>[] = [
  {
    name: 'there is something to answer',
    source: 'https://platform.openai.com/docs/api-reference/responses/create',
    check: ({ body, items }) =>
      items.length > 0 || body.prompt !== undefined
        ? undefined
        : {
            message:
              "Missing required parameter: 'input'. One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided.",
            param: 'input',
            code: 'missing_required_parameter',
          },
  },
  {
    name: 'the id of an item begins as its type wants',
    source: 'https://github.com/jlcodes99/cockpit-tools/issues/2090',
    check: ({ items }) => firstOf(items, refuseForeignId),
  },
  {
    name: 'an item stands in the input once',
    source: 'https://github.com/continuedev/continue/issues/10723',
    check: ({ items }) => refuseTwice(items),
  },
  {
    name: 'what is not stored cannot be referred to',
    source: 'https://github.com/vercel/ai/issues/7543',
    check: ({ items }) => firstOf(items, refuseUnstored),
  },
  {
    name: 'encrypted content is what the service gave',
    source: 'https://github.com/openai/codex/issues/8145',
    check: ({ items }) => firstOf(items, refuseForgery),
  },
  {
    name: 'a reasoning goes back with what was said after it',
    source: 'https://github.com/continuedev/continue/issues/8933',
    check: ({ items }) => firstOf(items, (item) => refuseLonely(item, items)),
  },
  {
    name: 'what was said after a reasoning goes back with it',
    source: 'https://github.com/cline/cline/issues/12242',
    check: ({ items }) => firstOf(items, (item) => refuseOrphan(item, items)),
  },
  {
    name: 'a result has its call before it',
    source: toolDocs,
    check: ({ items }) => firstOf(items, (item, index) => refuseUncalled(item, index, items)),
  },
  {
    name: 'every call has its result',
    source: toolDocs,
    check: ({ items }) => firstOf(items, (item, index) => refuseUnanswered(item, index, items)),
  },
  {
    name: 'images and files are of a type that the service reads',
    source: 'https://platform.openai.com/docs/guides/images-vision#image-input-requirements',
    check: ({ items }) => firstOf(items, refuseMedia),
  },
];

function firstOf(
  items: readonly InputItem[],
  refuse: (item: InputItem, index: number) => ResponsesRefusal | undefined,
): ResponsesRefusal | undefined {
  for (const [index, item] of items.entries()) {
    const refusal = refuse(item, index);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const prefixes: Partial<Readonly<Record<InputItem['type'], string>>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fc',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctc',
  reasoning: 'rs',
};

function refuseForeignId(item: InputItem, index: number): ResponsesRefusal | undefined {
  const prefix = prefixes[item.type];
  if (prefix === undefined || item.id == null || item.id.startsWith(prefix)) return undefined;
  const param = `input[${index}].id`;
  return {
    message: `Invalid '${param}': '${item.id}'. Expected an ID that begins with '${prefix}'.`,
    param,
    code: 'invalid_value',
  };
}

function refuseTwice(items: readonly InputItem[]): ResponsesRefusal | undefined {
  const ids = items.flatMap(({ id }) => (id == null ? [] : [id]));
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice === undefined) return undefined;
  return {
    message: `Duplicate item found with id ${twice}. Remove duplicate items from your input and try again.`,
    param: 'input',
    code: null,
  };
}

/** This server stores nothing, as the service does where `store` is false. */
function refuseUnstored(item: InputItem): ResponsesRefusal | undefined {
  const lacks = item.type === 'reasoning' && item.encrypted_content == null;
  if (item.type !== 'item_reference' && !lacks) return undefined;
  return {
    status: 404,
    message: `Item with id '${item.id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    param: 'input',
    code: null,
  };
}

function refuseForgery(item: InputItem): ResponsesRefusal | undefined {
  if (item.type !== 'reasoning' || item.encrypted_content === sealReasoning(item.id))
    return undefined;
  const { encrypted_content: sealed = '' } = item;
  return {
    message: `The encrypted content ${sealed?.slice(0, 4)}...${sealed?.slice(-4)} for item ${item.id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
    param: null,
    code: 'invalid_encrypted_content',
  };
}

function refuseLonely(item: InputItem, items: readonly InputItem[]): ResponsesRefusal | undefined {
  if (item.type !== 'reasoning') return undefined;
  if (items.some(({ id }) => id != null && reasoningIdOf(id) === item.id)) return undefined;
  return {
    message: `Item '${item.id}' of type 'reasoning' was provided without its required following item.`,
    param: 'input',
    code: null,
  };
}

function refuseOrphan(item: InputItem, items: readonly InputItem[]): ResponsesRefusal | undefined {
  const needed = item.id == null ? undefined : reasoningIdOf(item.id);
  if (needed === undefined || items.some(({ id }) => id === needed)) return undefined;
  return {
    message: `Item '${item.id}' of type '${item.type}' was provided without its required 'reasoning' item: '${needed}'.`,
    param: 'input',
    code: null,
  };
}

/** How a call and its result are named in the service's sentences. */
const pairs = [
  { call: 'function_call', result: 'function_call_output', words: 'function call' },
  { call: 'custom_tool_call', result: 'custom_tool_call_output', words: 'custom tool call' },
] as const;

function refuseUncalled(
  item: InputItem,
  index: number,
  items: readonly InputItem[],
): ResponsesRefusal | undefined {
  const pair = pairs.find(({ result }) => result === item.type);
  if (pair === undefined || !('call_id' in item)) return undefined;
  const { call_id: callId } = item;
  const before = items.slice(0, index);
  const calls = before.filter((other) => isOf(other, pair.call, callId)).length;
  const results = before.filter((other) => isOf(other, pair.result, callId)).length;
  if (results < calls) return undefined;
  return {
    message: `No tool call found for ${pair.words} output with call_id ${String(callId)}.`,
    param: 'input',
    code: null,
  };
}

function refuseUnanswered(
  item: InputItem,
  index: number,
  items: readonly InputItem[],
): ResponsesRefusal | undefined {
  const pair = pairs.find(({ call }) => call === item.type);
  if (pair === undefined || !('call_id' in item)) return undefined;
  const { call_id: callId } = item;
  const after = items.slice(index + 1);
  if (after.some((other) => isOf(other, pair.result, callId))) return undefined;
  return {
    message: `No tool output found for ${pair.words} ${String(callId)}.`,
    param: 'input',
    code: null,
  };
}

function isOf(item: InputItem, type: InputItem['type'], callId: unknown): boolean {
  return item.type === type && 'call_id' in item && item.call_id === callId;
}

const imageUrl = /^(?:https?:\/\/|data:image\/(?:jpeg|png|gif|webp);base64,)/;
const fileData = /^data:(?:application\/pdf|text\/[\w.+-]+|application\/json);base64,/;

function refuseMedia(item: InputItem, index: number): ResponsesRefusal | undefined {
  for (const [at, part] of partsOf(item).entries()) {
    const list = item.type === 'message' ? 'content' : 'output';
    const param = `input[${index}].${list}[${at}]`;
    if (part.type === 'input_image' && part.file_id == null && !imageUrl.test(part.image_url ?? ''))
      return {
        message: `Invalid '${param}.image_url'. Expected a valid URL, or a base64-encoded data URL of one of the following types: 'image/jpeg', 'image/png', 'image/gif', 'image/webp'.`,
        param: `${param}.image_url`,
        code: 'invalid_value',
      };
    if (part.type === 'input_file' && part.file_data != null && !fileData.test(part.file_data))
      return {
        message: `Invalid file data: '${param}.file_data'. Expected a base64-encoded data URL with a valid file MIME type (e.g. 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got unsupported MIME type '${mimeTypeOf(part.file_data)}'.`,
        param: `${param}.file_data`,
        code: 'invalid_value',
      };
  }
  return undefined;
}

function mimeTypeOf(url: string): string {
  return /^data:([^;,]*)/.exec(url)?.[1] ?? '';
}
