import type {
  AssistantPart,
  InboundBody,
  Json,
  Message,
  ToolResultPart,
  TurnParameters,
  UserPart,
} from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { BlobStore } from '@cuttle/core-types/ports';
import type { CompletionRequest, Content, WireMessage, WireToolCall } from './wire.ts';

/** What was kept of an answer that held calls of the client and of the agent, by the client's calls. */
export type FindKept = (calls: readonly WireToolCall[]) => Promise<readonly Message[] | undefined>;

/** A completion request → what the runtime stores. With a session only what follows the last assistant message is new. */
export async function toInboundBody(
  request: CompletionRequest,
  { blobs, findKept, hasSession }: { blobs: BlobStore; findKept: FindKept; hasSession: boolean },
  signal: AbortSignal,
): Promise<InboundBody> {
  const system = request.messages
    .filter(isSystem)
    .map((message) => textOfContent(message.content))
    .join('\n\n');
  const said = request.messages.filter((message) => !isSystem(message));
  const lastAnswer = said.findLastIndex(({ role }) => role === 'assistant');
  const fresh = hasSession ? said.slice(lastAnswer + 1) : said;
  const names = callNames(said);
  const messages: Message[] = [];
  for (const message of fresh)
    messages.push(...(await toMessages(message, { names, blobs, findKept }, signal)));
  if (!messages.some(({ role }) => role === 'user' || role === 'tool'))
    throw new CuttleError(
      'request.invalid',
      'messages or input: there is nothing new of the user or of a tool to answer.',
    );
  return {
    v: 1,
    parts: [],
    messages: joinTools(messages),
    ...(system !== '' && { system }),
    parameters: toParameters(request),
    ...(request.tools?.length && {
      clientTools: request.tools.map(({ function: tool }) => toClientTool(tool)),
    }),
  };
}

function isSystem({ role }: WireMessage): boolean {
  return role === 'system' || role === 'developer';
}

function textOfContent(content: WireMessage['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? [])
    .map((part) => (part.type === 'text' ? part.text : part.type === 'refusal' ? part.refusal : ''))
    .join('');
}

function callNames(messages: readonly WireMessage[]): ReadonlyMap<string, string> {
  return new Map(
    messages.flatMap(({ tool_calls }) =>
      (tool_calls ?? []).map((call) => [call.id, call.function.name] as const),
    ),
  );
}

interface Conversion {
  readonly names: ReadonlyMap<string, string>;
  readonly blobs: BlobStore;
  readonly findKept: FindKept;
}

async function toMessages(
  message: WireMessage,
  context: Conversion,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  switch (message.role) {
    case 'user': {
      const parts = await toUserParts(message.content, context.blobs, signal);
      return [{ role: 'user', parts, ...(message.name && { name: message.name }) }];
    }
    case 'assistant': {
      const calls = message.tool_calls ?? [];
      const kept = calls.length === 0 ? undefined : await context.findKept(calls);
      return kept ?? [{ role: 'assistant', parts: toAssistantParts(message) }];
    }
    case 'tool':
    case 'function':
      return [{ role: 'tool', parts: [await toResult(message, context, signal)] }];
    case 'system':
    case 'developer':
      return [];
  }
}

async function toUserParts(
  content: WireMessage['content'],
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<UserPart[]> {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Promise.all((content ?? []).map((part) => toUserPart(part, blobs, signal)));
}

async function toUserPart(part: Content, blobs: BlobStore, signal: AbortSignal): Promise<UserPart> {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'refusal':
      return { type: 'text', text: part.refusal };
    case 'image_url': {
      const data = parseDataUrl(part.image_url.url);
      if (!data)
        return {
          type: 'image',
          mimeType: 'image/*',
          source: { kind: 'url', url: part.image_url.url },
        };
      return { type: 'image', mimeType: data.mimeType, source: await store(data, blobs, signal) };
    }
    case 'input_audio': {
      const { data, format } = part.input_audio;
      const audio = { mimeType: `audio/${format}`, base64: data };
      return { type: 'audio', mimeType: audio.mimeType, source: await store(audio, blobs, signal) };
    }
    case 'file': {
      const data = parseDataUrl(part.file.file_data ?? '');
      if (!data)
        throw new CuttleError(
          'request.invalid',
          'messages or input: a file must come as file_data with a data URL.',
        );
      const name = part.file.filename ?? undefined;
      return {
        type: 'document',
        mimeType: data.mimeType,
        source: await store(data, blobs, signal),
        ...(name !== undefined && { name }),
      };
    }
  }
}

interface InlineBytes {
  readonly mimeType: string;
  readonly base64: string;
}

function parseDataUrl(url: string): InlineBytes | undefined {
  const match = /^data:([\w.+-]+\/[\w.+-]+);base64,/.exec(url);
  return match?.[1] === undefined
    ? undefined
    : { mimeType: match[1], base64: url.slice(match[0].length) };
}

async function store(
  { mimeType, base64 }: InlineBytes,
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<{ kind: 'blob'; sha256: string }> {
  return { kind: 'blob', sha256: await blobs.put(Buffer.from(base64, 'base64'), mimeType, signal) };
}

function toAssistantParts({ content, tool_calls }: WireMessage): AssistantPart[] {
  const text = textOfContent(content);
  const calls = (tool_calls ?? []).map(({ id, function: call }): AssistantPart => ({
    type: 'tool-call',
    callId: id,
    name: call.name,
    input: parseArguments(call.arguments),
  }));
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...calls];
}

/** Arguments that do not parse stay text, as the model wrote them. */
function parseArguments(text: string): Json {
  try {
    return JSON.parse(text) as Json; // any JSON value is Json
  } catch {
    return text;
  }
}

async function toResult(
  { tool_call_id, content, name }: WireMessage,
  { names, blobs }: Conversion,
  signal: AbortSignal,
): Promise<ToolResultPart> {
  if (!tool_call_id)
    throw new CuttleError('request.invalid', 'messages: a tool message needs its tool_call_id.');
  const known = names.get(tool_call_id) ?? name ?? 'tool';
  const parts = await toUserParts(content, blobs, signal);
  const shown = parts.filter((part) => part.type === 'text' || part.type === 'image');
  if (shown.length < parts.length)
    throw new CuttleError('request.invalid', 'A result of a tool is text and images.');
  return {
    type: 'tool-result',
    callId: tool_call_id,
    name: known,
    ok: true,
    content: joinTexts(shown),
  };
}

function joinTexts(parts: ToolResultPart['content']): ToolResultPart['content'] {
  if (parts.some(({ type }) => type === 'image')) return parts;
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return [{ type: 'text', text }];
}

/** The results of one answer's calls are one message. */
function joinTools(messages: readonly Message[]): Message[] {
  const joined: Message[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (message.role === 'tool' && last?.role === 'tool')
      joined[joined.length - 1] = { role: 'tool', parts: [...last.parts, ...message.parts] };
    else joined.push(message);
  }
  return joined;
}

function toParameters(request: CompletionRequest): TurnParameters {
  const { temperature, top_p, stop, seed, response_format, tool_choice } = request;
  const most = request.max_completion_tokens ?? request.max_tokens;
  return {
    ...(temperature != null && { temperature }),
    ...(top_p != null && { topP: top_p }),
    ...(most != null && { maxOutputTokens: most }),
    ...(stop != null && { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(seed != null && { seed }),
    ...(response_format != null && { responseFormat: response_format }),
    ...(tool_choice != null && {
      toolChoice:
        typeof tool_choice === 'string' ? tool_choice : { name: tool_choice.function.name },
    }),
  };
}

function toClientTool({
  name,
  description,
  parameters,
}: NonNullable<CompletionRequest['tools']>[number]['function']): NonNullable<
  InboundBody['clientTools']
>[number] {
  return {
    name,
    ...(description != null && { description }),
    ...(parameters != null && { parameters }),
  };
}
