import { isRecord } from '../json-schema-fault.ts';
import type { InputItem, InputPart, MessageItem, ResponsesRequest } from './request-schema.ts';

/** The short form of a message has no type. https://platform.openai.com/docs/api-reference/responses/create#input */
export function withTypes(raw: Readonly<Record<string, unknown>>): unknown {
  const { input } = raw;
  if (!Array.isArray(input)) return raw;
  const typed = input.map((item: unknown) =>
    isRecord(item) && item['type'] === undefined && item['role'] !== undefined
      ? { type: 'message', ...item }
      : item,
  );
  return { ...raw, input: typed };
}

/** A text is one message of the user. */
export function itemsOf({ input = [] }: ResponsesRequest): readonly InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input;
}

export function textOf({ content }: MessageItem): string {
  if (typeof content === 'string') return content;
  return content
    .map((part) => {
      if (part.type === 'refusal') return part.refusal;
      return 'text' in part ? part.text : '';
    })
    .filter((words) => words !== '')
    .join('\n');
}

export function partsOf(item: InputItem): readonly InputPart[] {
  const content =
    item.type === 'message' && item.role !== 'assistant'
      ? item.content
      : item.type === 'function_call_output' || item.type === 'custom_tool_call_output'
        ? item.output
        : '';
  return typeof content === 'string' ? [] : content;
}
