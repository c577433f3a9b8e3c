import type { Json, ToolResultPart, UserPart } from '@cuttle/core-types';
import type { ModelRequest, ThinkingLevel } from '@cuttle/core-types/ports';
import { toDocumentText, toPlaceholder } from '../transcript/media-text.ts';
import { callIdsOf, namesOf } from '../transcript/names-of.ts';
import { prepareTranscript, type Turn, type TurnPart } from '../transcript/prepare-transcript.ts';
import { sorted } from '../transcript/stable-json.ts';
import { openaiIdRule } from '../transcript/wire-ids.ts';
import { commonNameRule, createWireNames, type WireNames } from '../transcript/wire-names.ts';
import type { OllamaRemedy } from './remedies.ts';

export const ollamaDialect = 'ollama';

export interface OllamaEncoding {
  readonly contextWindow?: number | undefined;
  readonly keepAlive?: string | undefined;
}

/** A request of theirs, and what is needed to read the answer to it. */
export interface EncodedOllama {
  readonly body: Readonly<Record<string, Json>>;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/** https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion. Pure; one request has one encoding. */
export function encodeOllama(
  request: ModelRequest,
  options: OllamaEncoding,
  applied: ReadonlySet<OllamaRemedy>,
): EncodedOllama {
  const names = createWireNames(namesOf(request), commonNameRule);
  const turns = prepareTranscript(request.messages, {
    keeps: ({ dialect }) => dialect === ollamaDialect,
    ids: openaiIdRule,
    laterSystem: 'in-place',
  });
  const images = applied.has('without-images') ? 'refused' : 'taken';
  const system =
    request.system !== undefined && request.system.trim() !== ''
      ? [{ role: 'system', content: request.system }]
      : [];
  const tools = encodeTools(request, names);
  const body: Record<string, Json> = {
    model: request.model,
    messages: [...system, ...turns.flatMap((turn) => encodeTurn(turn, names, images))],
    ...(tools.length > 0 && { tools }),
    ...(!applied.has('without-thinking') && encodeThinking(request.thinking, request.model)),
    ...encodeFormat(request),
    ...encodeOptions(request, options),
    ...(options.keepAlive !== undefined && { keep_alive: options.keepAlive }),
    stream: true,
  };
  return { body, names, knownCallIds: callIdsOf(request.messages) };
}

type WireMessage = Record<string, Json>;

function encodeTurn(
  turn: Turn,
  names: WireNames,
  images: 'taken' | 'refused',
): readonly WireMessage[] {
  switch (turn.role) {
    case 'system':
      return [{ role: 'system', content: turn.text }];
    case 'user':
      return [encodeUser(turn.parts, images)];
    case 'assistant':
      return [encodeAssistant(turn.parts, names)];
    case 'tool':
      return encodeResults(turn.results, names, images);
  }
}

/** Images stand beside the text, as bare base64. */
function encodeUser(parts: readonly UserPart[], images: 'taken' | 'refused'): WireMessage {
  const shown = parts.flatMap((part) =>
    part.type === 'image' && part.source.kind === 'base64' && images === 'taken'
      ? [part.source.data]
      : [],
  );
  const texts = parts.flatMap((part): readonly string[] => {
    switch (part.type) {
      case 'text':
        return [part.text];
      case 'image':
        return part.source.kind === 'base64' && images === 'taken' ? [] : [toPlaceholder(part)];
      case 'audio':
      case 'video':
        return [toPlaceholder(part)];
      case 'document':
        return [toDocumentText(part)];
    }
  });
  return { role: 'user', content: texts.join('\n\n'), ...(shown.length > 0 && { images: shown }) };
}

function encodeAssistant(parts: readonly TurnPart[], names: WireNames): WireMessage {
  const textOf = (type: 'text' | 'thinking'): string =>
    parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
  const thinking = textOf('thinking');
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
  return {
    role: 'assistant',
    content: textOf('text'),
    ...(thinking !== '' && { thinking }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ callId, name, input }) => {
        const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
        const call = { name: names.toWire(name), arguments: sorted(isObject ? input : { input }) };
        return { id: callId, type: 'function', function: call };
      }),
    }),
  };
}

/** Older servers tell results apart by the name, newer ones by the id. Images follow in a message of the user. */
function encodeResults(
  results: readonly ToolResultPart[],
  names: WireNames,
  images: 'taken' | 'refused',
): readonly WireMessage[] {
  const messages = results.map(({ callId, name, ok, content }): WireMessage => {
    const text = content
      .map((part) => (part.type === 'text' ? part.text : '[image below]'))
      .join('\n');
    return {
      role: 'tool',
      content: ok ? text : `Error: ${text}`,
      tool_name: names.toWire(name),
      tool_call_id: callId,
    };
  });
  const shown = results.flatMap(({ name, content }) =>
    content.flatMap((part): readonly UserPart[] =>
      part.type === 'image' ? [{ type: 'text', text: `Image from ${name}:` }, part] : [],
    ),
  );
  return shown.length === 0 ? messages : [...messages, encodeUser(shown, images)];
}

/** A choice of tool cannot be said; `none` is not to offer any. */
function encodeTools({ tools, parameters }: ModelRequest, names: WireNames): Json[] {
  if (parameters?.toolChoice === 'none') return [];
  return tools
    .map(({ name, description, parameters: schema }) => ({
      name: names.toWire(name),
      description,
      parameters: { type: 'object', properties: {}, ...schema },
    }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((tool) => ({ type: 'function', function: tool }));
}

/** gpt-oss takes levels, all others a yes or no. */
function encodeThinking(level: ThinkingLevel | undefined, model: string): Record<string, Json> {
  if (level === undefined) return {};
  if (!model.includes('gpt-oss')) return { think: level !== 'off' };
  return {
    think: level === 'medium' || level === 'high' ? level : level === 'max' ? 'high' : 'low',
  };
}

/** OpenAI's `response_format` → `format`. */
function encodeFormat({ parameters }: ModelRequest): Record<string, Json> {
  const format = parameters?.responseFormat;
  if (typeof format !== 'object' || format === null || Array.isArray(format)) return {};
  if (format['type'] === 'json_object') return { format: 'json' };
  const inner = format['json_schema'];
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return {};
  return inner['schema'] === undefined ? {} : { format: inner['schema'] };
}

function encodeOptions(
  { parameters = {} }: ModelRequest,
  { contextWindow }: OllamaEncoding,
): Record<string, Json> {
  const { temperature, topP, maxOutputTokens, stop, seed } = parameters;
  const options: Record<string, Json> = {
    ...(contextWindow !== undefined && { num_ctx: contextWindow }),
    ...(maxOutputTokens !== undefined && { num_predict: maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(stop !== undefined && stop.length > 0 && { stop }),
    ...(seed !== undefined && { seed }),
  };
  return Object.keys(options).length > 0 ? { options } : {};
}
