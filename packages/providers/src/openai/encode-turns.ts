import type {
  AudioPart,
  DocumentPart,
  VideoPart,
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
import type { OpenaiQuirks } from './quirks.ts';

type WireMessage = Record<string, Json>;

interface TurnContext {
  readonly system: string | undefined;
  readonly systemRole: 'system' | 'user';
  readonly quirks: OpenaiQuirks;
  readonly names: WireNames;
}

export function encodeTurns(turns: readonly Turn[], context: TurnContext): WireMessage[] {
  const { system, systemRole } = context;
  const first =
    system !== undefined && system.trim() !== '' ? [{ role: systemRole, content: system }] : [];
  return [...first, ...turns.flatMap((turn) => encodeTurn(turn, context))];
}

function encodeTurn(turn: Turn, context: TurnContext): readonly WireMessage[] {
  switch (turn.role) {
    case 'system':
      return [{ role: context.systemRole, content: turn.text }];
    case 'user':
      return [{ role: 'user', content: encodeContent(turn.parts, context.quirks) }];
    case 'assistant':
      return [encodeAssistant(turn.parts, context)];
    case 'tool':
      return encodeResults(turn.results, context.quirks);
  }
}

/** Text alone is sent as a string, which every compatible server takes. */
function encodeContent(parts: readonly UserPart[], quirks: OpenaiQuirks): Json {
  const encoded = parts.map((part) => encodePart(part, quirks));
  if (!encoded.every((part) => part.type === 'text')) return encoded;
  return encoded.map((part) => part.text).join('\n\n');
}

type WirePart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: Json }
  | { type: 'input_audio'; input_audio: Json }
  | { type: 'file'; file: Json }
  | { type: 'video_url'; video_url: Json };

function encodePart(part: UserPart, quirks: OpenaiQuirks): WirePart {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return encodeImage(part, quirks);
    case 'audio':
      return encodeAudio(part, quirks);
    case 'document':
      return encodeDocument(part, quirks);
    case 'video':
      return encodeVideo(part, quirks);
  }
}

/** https://platform.openai.com/docs/guides/images-vision#image-input-requirements */
const imageTypes: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

function encodeImage(part: ImagePart, quirks: OpenaiQuirks): WirePart {
  const url = dataUrlOf(part);
  const readable = part.source.kind !== 'base64' || imageTypes.has(part.mimeType);
  if (!quirks.images || !readable || url === undefined)
    return { type: 'text', text: toPlaceholder(part) };
  return { type: 'image_url', image_url: { url } };
}

/** https://platform.openai.com/docs/guides/audio takes these two formats. */
const audioFormats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'audio/mpeg': 'mp3',
    'audio/mp3': 'mp3',
    'audio/wav': 'wav',
    'audio/x-wav': 'wav',
    'audio/wave': 'wav',
  }),
);

function encodeAudio(part: AudioPart, quirks: OpenaiQuirks): WirePart {
  const format = audioFormats.get(part.mimeType);
  if (!quirks.audio || format === undefined || part.source.kind !== 'base64')
    return { type: 'text', text: toPlaceholder(part) };
  return { type: 'input_audio', input_audio: { data: part.source.data, format } };
}

function encodeDocument(part: DocumentPart, quirks: OpenaiQuirks): WirePart {
  const pdf = part.mimeType === 'application/pdf' && part.source.kind === 'base64';
  const url = dataUrlOf(part);
  if (!quirks.files || !pdf || url === undefined)
    return { type: 'text', text: toDocumentText(part) };
  return { type: 'file', file: { filename: part.name ?? 'document.pdf', file_data: url } };
}

/** https://docs.vllm.ai/en/latest/features/multimodal_inputs.html#video-inputs, https://openrouter.ai/docs/features/multimodal/videos */
function encodeVideo(part: VideoPart, quirks: OpenaiQuirks): WirePart {
  const url = dataUrlOf(part);
  return quirks.video && url !== undefined
    ? { type: 'video_url', video_url: { url } }
    : { type: 'text', text: toPlaceholder(part) };
}

function dataUrlOf({ mimeType, source }: ImagePart | DocumentPart | VideoPart): string | undefined {
  switch (source.kind) {
    case 'base64':
      return `data:${mimeType};base64,${source.data}`;
    case 'url':
      return source.url;
    case 'blob':
    case 'channel':
      return undefined;
  }
}

function encodeAssistant(parts: readonly TurnPart[], context: TurnContext): WireMessage {
  const { quirks } = context;
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const calls = parts.filter((part) => part.type === 'tool-call');
  const message: WireMessage = { role: 'assistant', content: text === '' ? null : text };
  if (quirks.replayThinking !== 'none') {
    const thinking = parts
      .flatMap((part) => (part.type === 'thinking' ? [part.text] : []))
      .join('');
    if (thinking !== '') message[quirks.replayThinking] = thinking;
  }
  if (quirks.replayDetails) {
    const details = parts.flatMap((part) => (part.type === 'opaque' ? detailsOf(part.value) : []));
    if (details.length > 0) message['reasoning_details'] = details;
  }
  if (calls.length > 0) message['tool_calls'] = calls.map((call) => encodeCall(call, context));
  // An answer of opaque blocks alone still has to say something.
  else if (text === '') message['content'] = '(no text)';
  return message;
}

function detailsOf(value: Json): readonly Json[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const details = value['reasoning_details'];
  return Array.isArray(details) ? details : [];
}

function encodeCall({ callId, name, input, opaque }: ToolCallPart, { names }: TurnContext): Json {
  return {
    id: callId,
    type: 'function',
    function: { name: names.toWire(name), arguments: encodeInput(input) },
    ...(opaque !== undefined && { extra_content: opaque }),
  };
}

/** Servers parse the arguments of earlier calls; text that is not JSON would fail there. */
function encodeInput(input: Json): string {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return stableJson(isObject ? input : { input });
}

/** Tool messages take text only, so images follow in a message of the user. */
function encodeResults(
  results: readonly ToolResultPart[],
  quirks: OpenaiQuirks,
): readonly WireMessage[] {
  const messages = results.map((result): WireMessage => {
    const text = result.content
      .map((part) => (part.type === 'text' ? part.text : '[image below]'))
      .join('\n');
    const words = result.ok ? text : `Error: ${text}`;
    return {
      role: 'tool',
      tool_call_id: result.callId,
      content: words.trim() === '' ? '(empty)' : words,
    };
  });
  const images = results.flatMap(({ name, content }) =>
    content.flatMap((part): readonly UserPart[] =>
      part.type === 'image' ? [{ type: 'text', text: `Image from ${name}:` }, part] : [],
    ),
  );
  return images.length === 0
    ? messages
    : [...messages, { role: 'user', content: encodeContent(images, quirks) }];
}
