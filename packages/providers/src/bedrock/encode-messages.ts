import type {
  AudioPart,
  DocumentPart,
  VideoPart,
  ImagePart,
  Json,
  OpaquePart,
  ThinkingPart,
  ToolResultPart,
  UserPart,
} from '@cuttle/core-types';
import { findDocumentText, toDocumentText, toPlaceholder } from '../transcript/media-text.ts';
import type { TurnPart } from '../transcript/prepare-transcript.ts';
import { sorted } from '../transcript/stable-json.ts';
import { type BedrockChoices, cachePoint } from './choices.ts';
import { createDocumentNames, type DocumentNames } from './document-names.ts';

type Block = Record<string, Json>;
type WireMessage = { role: 'user' | 'assistant'; content: Block[] };

/**
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html
 * Roles alternate: results and what the user said after them are one message, where the model takes that.
 */
export function encodeMessages(choices: BedrockChoices): WireMessage[] {
  const messages: WireMessage[] = [];
  const documents = createDocumentNames();
  for (const turn of choices.turns) {
    if (turn.role === 'system') continue;
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const content =
      turn.role === 'tool'
        ? turn.results.map((result) => encodeResult(result, choices))
        : turn.role === 'user'
          ? encodeWords(turn.parts, documents, choices)
          : encodeAnswer(turn.parts, choices);
    for (const part of choices.applied.has('with-turns-apart') ? apart(content) : [content]) {
      addMessage(messages, { role, content: part }, choices);
    }
  }
  const last = messages.at(-1);
  if (last) markEnd(last, choices);
  return messages;
}

/** "Conversation blocks and tool use blocks cannot be provided in the same turn." */
function apart(content: readonly Block[]): readonly Block[][] {
  const isTool = (block: Block): boolean => 'toolUse' in block || 'toolResult' in block;
  return [content.filter((block) => !isTool(block)), content.filter(isTool)];
}

function addMessage(
  messages: WireMessage[],
  message: WireMessage,
  { applied }: BedrockChoices,
): void {
  const last = messages.at(-1);
  if (message.content.length === 0) return;
  if (last?.role === message.role && !applied.has('with-turns-apart')) {
    last.content.push(...message.content);
    return;
  }
  if (last?.role === message.role) {
    const between = message.role === 'user' ? 'assistant' : 'user';
    messages.push({ role: between, content: [{ text: '(go on)' }] });
  }
  messages.push(message);
}

/** "A cache point cannot follow a document": it stands behind the last words or result. */
function markEnd({ content }: WireMessage, choices: BedrockChoices): void {
  const at = content.findLastIndex((block) => 'text' in block || 'toolResult' in block);
  // The marks are objects of one key.
  if (at !== -1) content.splice(at + 1, 0, ...(cachePoint('elsewhere', choices) as Block[]));
}

const mostDocuments = 5;
const mostImages = 20;
/** "One video per request": https://docs.aws.amazon.com/nova/latest/userguide/modalities-video.html */
const mostVideos = 1;

/** "If you include a ContentBlock with a document field, you must also include a ContentBlock with a text field." */
function encodeWords(
  parts: readonly UserPart[],
  documents: DocumentNames,
  choices: BedrockChoices,
): Block[] {
  let images = 0;
  let files = 0;
  let films = 0;
  const content = parts.map((part): Block => {
    const block = encodeUserPart(part, documents, choices);
    if ('image' in block && (images += 1) > mostImages) return placeholder(part);
    if ('video' in block && (films += 1) > mostVideos) return placeholder(part);
    if ('document' in block && (files += 1) > mostDocuments) return placeholder(part);
    return block;
  });
  const lonely = files > 0 && !content.some((block) => 'text' in block);
  return lonely ? [{ text: '(see the document)' }, ...content] : content;
}

function placeholder(part: UserPart): Block {
  return { text: part.type === 'text' ? part.text : toPlaceholder(part) };
}

function encodeUserPart(part: UserPart, documents: DocumentNames, choices: BedrockChoices): Block {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'image':
      return encodeImage(part, choices);
    case 'audio':
      return encodeAudio(part, choices);
    case 'document':
      return encodeDocument(part, documents, choices);
    case 'video':
      return encodeVideo(part, choices);
  }
}

/** Bytes in base64, or an object in S3; other addresses are not read. */
function sourceOf({ source }: ImagePart | AudioPart | DocumentPart | VideoPart): Block | undefined {
  if (source.kind === 'base64') return { bytes: source.data };
  if (source.kind === 'url' && source.url.startsWith('s3://')) {
    return { s3Location: { uri: source.url } };
  }
  return undefined;
}

const imageFormats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'image/png': 'png',
    'image/jpeg': 'jpeg',
    'image/gif': 'gif',
    'image/webp': 'webp',
  }),
);

function encodeImage(part: ImagePart, { applied }: BedrockChoices): Block {
  const source = sourceOf(part);
  const format = imageFormats.get(part.mimeType);
  return source && format && !applied.has('without-images')
    ? { image: { format, source } }
    : placeholder(part);
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_VideoBlock.html */
const videoFormats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/x-matroska': 'mkv',
    'video/webm': 'webm',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  }),
);

function encodeVideo(part: VideoPart, { rule, applied }: BedrockChoices): Block {
  const source = sourceOf(part);
  const format = videoFormats.get(part.mimeType);
  return source && format && rule.video === 'taken' && !applied.has('without-video')
    ? { video: { format, source } }
    : placeholder(part);
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_AudioBlock.html */
const audioFormats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'audio/mpeg': 'mp3',
    'audio/mp3': 'mp3',
    'audio/wav': 'wav',
    'audio/x-wav': 'wav',
    'audio/flac': 'flac',
    'audio/ogg': 'ogg',
    'audio/opus': 'opus',
    'audio/aac': 'aac',
    'audio/mp4': 'm4a',
    'audio/webm': 'webm',
  }),
);

function encodeAudio(part: AudioPart, { rule }: BedrockChoices): Block {
  const source = sourceOf(part);
  const format = audioFormats.get(part.mimeType);
  return source && format && rule.audio === 'taken'
    ? { audio: { format, source } }
    : placeholder(part);
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
const documentFormats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/markdown': 'md',
  }),
);

function encodeDocument(
  part: DocumentPart,
  documents: DocumentNames,
  { applied }: BedrockChoices,
): Block {
  const source = sourceOf(part);
  const format = documentFormats.get(part.mimeType);
  // A text that is empty or no text would be refused with the whole request.
  const unread = part.mimeType.startsWith('text/') && !findDocumentText(part)?.trim();
  if (!source || !format || unread || applied.has('without-documents')) {
    return { text: toDocumentText(part) };
  }
  return { document: { format, name: documents.take(part.name), source } };
}

function encodeResult({ callId, ok, content }: ToolResultPart, choices: BedrockChoices): Block {
  const blocks = content
    .filter((part) => part.type !== 'text' || part.text.trim() !== '')
    .map((part) => (part.type === 'text' ? { text: part.text } : encodeImage(part, choices)));
  const { status } = choices.rule;
  const lead = !ok && status === 'unsaid' ? [{ text: 'Error:' }] : [];
  const filled = blocks.length > 0 ? [...lead, ...blocks] : [{ text: ok ? '(empty)' : '(error)' }];
  return {
    toolResult: {
      toolUseId: callId,
      content: filled,
      ...(!ok && status === 'said' && { status: 'error' }),
    },
  };
}

function encodeAnswer(parts: readonly TurnPart[], { names }: BedrockChoices): Block[] {
  return parts.flatMap((part): readonly Block[] => {
    switch (part.type) {
      case 'text':
        return [{ text: part.text }];
      case 'thinking':
        return encodeThought(part);
      case 'opaque':
        return encodeOpaque(part, parts);
      case 'tool-call': {
        const { callId, name, input } = part;
        // "Input should be a valid dictionary"
        const object = isBlock(input) ? input : { input };
        return [
          { toolUse: { toolUseId: callId, name: names.toWire(name), input: sorted(object) } },
        ];
      }
    }
  });
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html: without its proof it cannot go back. */
function encodeThought({ text, signature, redacted }: ThinkingPart): readonly Block[] {
  if (redacted !== undefined) return [{ reasoningContent: { redactedContent: redacted } }];
  if (signature === undefined) return [];
  return [{ reasoningContent: { reasoningText: { text, signature } } }];
}

/** Verbatim, but for a use of the service's own tool that was cut off before its result. */
function encodeOpaque({ value }: OpaquePart, parts: readonly TurnPart[]): readonly Block[] {
  if (!isBlock(value)) return [];
  const id = idIn(value, 'toolUse');
  if (id === undefined) return [value];
  const answered = parts.some(
    (part) => part.type === 'opaque' && idIn(part.value, 'toolResult') === id,
  );
  return answered ? [value] : [];
}

function idIn(value: Json, key: 'toolUse' | 'toolResult'): Json | undefined {
  const inner = isBlock(value) ? value[key] : undefined;
  return isBlock(inner) ? inner['toolUseId'] : undefined;
}

function isBlock(value: Json | undefined): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
