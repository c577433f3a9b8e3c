import type {
  DocumentPart,
  ImagePart,
  Json,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '@cuttle/core-types';
import { toDocumentText, toPlaceholder } from '../transcript/media-text.ts';
import type { Turn, TurnPart } from '../transcript/prepare-transcript.ts';
import { stableJson } from '../transcript/stable-json.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { ResponsesChoices } from './choices.ts';

type Item = { readonly [key: string]: Json };

/** https://platform.openai.com/docs/api-reference/responses/create#input */
export function encodeInput({ turns, names }: ResponsesChoices): readonly Item[] {
  const calls = new Map<string, ToolCallPart>();
  const items = turns.flatMap((turn): readonly Item[] => {
    if (turn.role === 'assistant')
      for (const part of turn.parts) if (part.type === 'tool-call') calls.set(part.callId, part);
    return encodeTurn(turn, names, calls);
  });
  return withoutLonely(withoutRepeats(items));
}

function encodeTurn(
  turn: Turn,
  names: WireNames,
  calls: ReadonlyMap<string, ToolCallPart>,
): readonly Item[] {
  switch (turn.role) {
    case 'system':
      return [{ type: 'message', role: 'system', content: turn.text }];
    case 'user':
      return [{ type: 'message', role: 'user', content: turn.parts.map(encodePart) }];
    case 'assistant':
      return encodeAnswer(turn.parts, names);
    case 'tool':
      return turn.results.map((result) => encodeResult(result, calls.get(result.callId)));
  }
}

function encodePart(part: UserPart): Item {
  switch (part.type) {
    case 'text':
      return encodeText(part.text);
    case 'image':
      return encodeImage(part);
    case 'audio':
    case 'video':
      return encodeText(toPlaceholder(part));
    case 'document':
      return encodeDocument(part);
  }
}

function encodeText(text: string): Item {
  return { type: 'input_text', text };
}

/** https://platform.openai.com/docs/guides/images-vision#image-input-requirements */
const imageTypes: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

function encodeImage(part: ImagePart): Item {
  const { source, mimeType } = part;
  if (source.kind === 'url') return { type: 'input_image', detail: 'auto', image_url: source.url };
  if (source.kind === 'base64' && imageTypes.has(mimeType)) {
    const url = `data:${mimeType};base64,${source.data}`;
    return { type: 'input_image', detail: 'auto', image_url: url };
  }
  return encodeText(toPlaceholder(part));
}

/** https://platform.openai.com/docs/guides/pdf-files */
function encodeDocument(part: DocumentPart): Item {
  const { source, mimeType, name = 'document.pdf' } = part;
  const isHere = source.kind === 'base64' || source.kind === 'url';
  if (mimeType !== 'application/pdf' || !isHere) return encodeText(toDocumentText(part));
  if (source.kind === 'url') return { type: 'input_file', file_url: source.url };
  const data = `data:${mimeType};base64,${source.data}`;
  return { type: 'input_file', filename: name, file_data: data };
}

/** A text that is followed by the mark of its message goes back as that message, others as a message of no known origin. */
function encodeAnswer(parts: readonly TurnPart[], names: WireNames): readonly Item[] {
  const items: Item[] = [];
  let texts: string[] = [];
  const endMessage = (mark?: Item): void => {
    if (texts.length > 0) items.push(encodeMessage(texts, mark));
    texts = [];
  };
  for (const part of inOrder(parts)) {
    if (part.type === 'text') texts.push(part.text);
    else if (part.type === 'tool-call') {
      endMessage();
      items.push(encodeCall(part, names));
    } else if (part.type === 'opaque' && isItem(part.value)) {
      endMessage(isMark(part) ? part.value : undefined);
      if (!isMark(part)) items.push(part.value);
    }
  }
  endMessage();
  return items;
}

/** A reasoning that ended after the text that it led to stands between that text and its mark; it goes before the text. */
function inOrder(parts: readonly TurnPart[]): readonly TurnPart[] {
  const ordered: TurnPart[] = [];
  for (const part of parts) {
    if (part.type === 'thinking') continue;
    const textAt = isMark(part) ? firstOfMessage(ordered) : -1;
    const between =
      textAt === -1 ? [] : ordered.slice(textAt).filter(({ type }) => type === 'opaque');
    if (between.length > 0) {
      const texts = ordered.splice(textAt).filter(({ type }) => type === 'text');
      ordered.push(...between, ...texts);
    }
    ordered.push(part);
  }
  return ordered;
}

/** Where the text of the message begins whose mark comes next, if other blocks follow that text. */
function firstOfMessage(parts: readonly TurnPart[]): number {
  const end = parts.findLastIndex(({ type }) => type !== 'opaque');
  if (parts[end]?.type !== 'text' || parts.slice(end).some(isMark)) return -1;
  return parts.findLastIndex((part, at) => at < end && part.type !== 'text') + 1;
}

function isMark(part: TurnPart): boolean {
  return part.type === 'opaque' && isItem(part.value) && part.value['type'] === 'message';
}

function encodeMessage(texts: readonly string[], mark: Item | undefined): Item {
  if (!mark) return { type: 'message', role: 'assistant', content: texts.join('') };
  const content = texts.map((text) => ({ type: 'output_text', text, annotations: [] }));
  return { type: 'message', role: 'assistant', ...mark, status: 'completed', content };
}

function encodeCall({ callId, name, input, opaque }: ToolCallPart, names: WireNames): Item {
  const call = { call_id: callId, name: names.toWire(name) };
  const own = isItem(opaque) ? opaque : {};
  if (own['type'] === 'custom_tool_call')
    return { ...call, input: typeof input === 'string' ? input : stableJson(input), ...own };
  return { type: 'function_call', ...call, arguments: encodeArguments(input), ...own };
}

/** Servers parse the arguments of earlier calls; text that is not JSON would fail there. */
function encodeArguments(input: Json): string {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return stableJson(isObject ? input : { input });
}

function encodeResult(
  { callId, ok, content }: ToolResultPart,
  call: ToolCallPart | undefined,
): Item {
  const own = isItem(call?.opaque) ? call.opaque : {};
  const type =
    own['type'] === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output';
  const { caller } = own;
  return {
    type,
    call_id: callId,
    output: encodeOutput(content, ok ? '' : 'Error: '),
    // Who called is told what came out: a program of the service, for example.
    ...(caller !== undefined && { caller }),
  };
}

/** Text alone is sent as a string, which every compatible server takes. */
function encodeOutput(content: ToolResultPart['content'], prefix: string): Json {
  const filled = content.filter((part) => part.type === 'image' || part.text.trim() !== '');
  const texts = filled.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === filled.length) return `${prefix}${texts.join('\n') || '(empty)'}`;
  const parts = filled.map((part) =>
    part.type === 'text' ? encodeText(part.text) : encodeImage(part),
  );
  return prefix === '' ? parts : [encodeText(prefix.trim()), ...parts];
}

/** "Duplicate item found with id msg_1." */
function withoutRepeats(items: readonly Item[]): readonly Item[] {
  const seen = new Set<Json>();
  return items.flatMap((item): readonly Item[] => {
    const { id, ...rest } = item;
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id);
      return [item];
    }
    // A message or a call needs no id; whatever else stands twice says nothing new.
    return item['type'] === 'message' || item['call_id'] !== undefined ? [rest] : [];
  });
}

/**
 * "Item 'rs_…' of type 'reasoning' was provided without its required following item.": what an answer broke off in, before anything that it
 * led to, is left out. What follows in the next answer was not led to by it.
 */
export function withoutBrokenOff(parts: readonly TurnPart[]): readonly TurnPart[] {
  const end = parts.findLastIndex((part) => part.type !== 'opaque' || !isReasoning(part.value));
  return parts.filter((part, at) => at < end || part.type !== 'opaque' || !isReasoning(part.value));
}

/** Likewise for a reasoning whose next item is not known any more by its id. */
function withoutLonely(items: readonly Item[]): readonly Item[] {
  const kept: Item[] = [];
  let next: Item | undefined;
  for (const item of items.toReversed()) {
    if (!isReasoning(item)) next = item;
    if (!isReasoning(item) || next?.['id'] !== undefined) kept.push(item);
  }
  return kept.toReversed();
}

function isReasoning(value: Json): boolean {
  return isItem(value) && value['type'] === 'reasoning';
}

function isItem(value: Json | undefined): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
