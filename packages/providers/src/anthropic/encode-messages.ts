import type {
  DocumentPart,
  ImagePart,
  Json,
  OpaquePart,
  TextPart,
  ThinkingPart,
  ToolResultPart,
  UserPart,
} from '@cuttle/core-types';
import { findDocumentText, toDocumentText, toPlaceholder } from '../transcript/media-text.ts';
import type { TurnPart } from '../transcript/prepare-transcript.ts';
import { sorted } from '../transcript/stable-json.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import { type AnthropicChoices, cacheMark } from './choices.ts';

type Block = Record<string, Json>;
type WireMessage = { role: 'user' | 'assistant'; content: Block[] };

/** Roles alternate: results and what the user said after them are one message. The last block ends the cached prefix. */
export function encodeMessages(choices: AnthropicChoices): WireMessage[] {
  const messages: WireMessage[] = [];
  for (const turn of choices.turns) {
    if (turn.role === 'system') continue;
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const content =
      turn.role === 'tool'
        ? turn.results.map(encodeResult)
        : turn.role === 'user'
          ? turn.parts.map(encodeUserPart)
          : encodeAnswer(turn.parts, choices.names);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) messages.push({ role, content });
  }
  const last = messages.at(-1);
  const block = last?.content.pop();
  if (last && block) last.content.push({ ...block, ...cacheMark(choices) });
  return messages;
}

function encodeUserPart(part: UserPart): Block {
  switch (part.type) {
    case 'text':
      return encodeText(part);
    case 'image':
      return encodeImage(part);
    case 'audio':
    case 'video':
      return { type: 'text', text: toPlaceholder(part) };
    case 'document':
      return encodeDocument(part);
  }
}

function encodeText({ text }: TextPart): Block {
  return { type: 'text', text };
}

/** https://platform.claude.com/docs/en/build-with-claude/vision */
const imageTypes: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

function encodeImage(part: ImagePart): Block {
  const { source, mimeType } = part;
  if (source.kind === 'url') return { type: 'image', source: { type: 'url', url: source.url } };
  if (source.kind === 'base64' && imageTypes.has(mimeType))
    return { type: 'image', source: { type: 'base64', media_type: mimeType, data: source.data } };
  return { type: 'text', text: toPlaceholder(part) };
}

/** https://platform.claude.com/docs/en/build-with-claude/pdf-support */
function encodeDocument(part: DocumentPart): Block {
  const source = documentSource(part);
  if (!source) return { type: 'text', text: toDocumentText(part) };
  return { type: 'document', source, ...(part.name !== undefined && { title: part.name }) };
}

function documentSource(part: DocumentPart): Block | undefined {
  const { source, mimeType } = part;
  if (mimeType === 'application/pdf') {
    if (source.kind === 'base64')
      return { type: 'base64', media_type: mimeType, data: source.data };
    if (source.kind === 'url') return { type: 'url', url: source.url };
  }
  const text = findDocumentText(part);
  // "text content blocks must be non-empty"
  if (text === undefined || text.trim() === '') return undefined;
  return { type: 'text', media_type: 'text/plain', data: text };
}

function encodeResult({ callId, ok, content }: ToolResultPart): Block {
  const blocks = content
    .filter((part) => part.type !== 'text' || part.text.trim() !== '')
    .map((part) => (part.type === 'text' ? encodeText(part) : encodeImage(part)));
  return {
    type: 'tool_result',
    tool_use_id: callId,
    content: blocks.length > 0 ? blocks : [{ type: 'text', text: '(empty)' }],
    ...(!ok && { is_error: true }),
  };
}

function encodeAnswer(parts: readonly TurnPart[], names: WireNames): Block[] {
  return parts.flatMap((part): readonly Block[] => {
    switch (part.type) {
      case 'text':
        return [encodeText(part)];
      case 'thinking':
        return encodeThought(part);
      case 'opaque':
        return encodeOpaque(part, parts);
      case 'tool-call': {
        const { callId, name, input, opaque } = part;
        const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
        // "tool_use.input: Input should be a valid dictionary"
        const wire = {
          id: callId,
          name: names.toWire(name),
          input: sorted(isObject ? input : { input }),
        };
        return [{ type: 'tool_use', ...wire, ...(isBlock(opaque) && opaque) }];
      }
    }
  });
}

/** Thinking that was cut off before its signature came cannot go back. */
function encodeThought({ text, signature, redacted }: ThinkingPart): readonly Block[] {
  if (redacted !== undefined) return [{ type: 'redacted_thinking', data: redacted }];
  if (signature === undefined) return [];
  return [{ type: 'thinking', thinking: text, signature }];
}

/** Verbatim, but for a use of a server tool that was cut off before its result: it is refused without. */
function encodeOpaque({ value }: OpaquePart, parts: readonly TurnPart[]): readonly Block[] {
  if (!isBlock(value)) return [];
  const { id, type } = value;
  if (typeof type !== 'string' || !type.endsWith('_tool_use')) return [value];
  const answered = parts.some(
    (part) => part.type === 'opaque' && isBlock(part.value) && part.value['tool_use_id'] === id,
  );
  return answered ? [value] : [];
}

function isBlock(value: Json | undefined): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
