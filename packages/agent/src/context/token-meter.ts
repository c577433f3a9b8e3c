import type { AssistantPart, Json, MediaSource, Message, UserPart } from '@cuttle/core-types';
import type { ModelRequest, ToolSpec } from '@cuttle/core-types/ports';
import { estimateText, familyRates, type FamilyRates, type TokenFamily } from './token-rates.ts';

/** Tokens of what a request is made of, without asking its service. Each message, each tool and the same prompt again are looked at once. */
export interface TokenMeter {
  ofText(text: string): number;
  ofMessage(message: Message): number;
  ofMessages(messages: readonly Message[]): number;
  /** What every request of a run begins with: the system prompt and the tools. */
  ofFixed(request: Pick<ModelRequest, 'system' | 'tools'>): number;
}

/** Marks around a message, a call or a tool, which every service adds. */
const aroundMessage = 4;
const aroundTool = 12;

/** Meters that last, one for each family: the tools of one run are those of the next. */
export function createTokenMeters(): (family: TokenFamily) => TokenMeter {
  const meters = new Map<TokenFamily, TokenMeter>();
  return (family) => {
    const meter = meters.get(family) ?? createTokenMeter(family);
    meters.set(family, meter);
    return meter;
  };
}

export function createTokenMeter(family: TokenFamily): TokenMeter {
  const known = new WeakMap<Message, number>();
  const rates = familyRates(family);
  const ofTool = createToolMeter(rates);
  let prompt = { text: '', tokens: 0 };
  const ofPrompt = (text: string): number => {
    if (text !== prompt.text) prompt = { text, tokens: estimateText(text, rates) };
    return prompt.tokens;
  };
  const meter: TokenMeter = {
    ofText: (text) => estimateText(text, rates),
    ofMessage(message) {
      const before = known.get(message);
      if (before !== undefined) return before;
      const tokens = messageTokens(message, rates);
      known.set(message, tokens);
      return tokens;
    },
    ofMessages: (messages) => messages.reduce((sum, message) => sum + meter.ofMessage(message), 0),
    ofFixed: ({ system = '', tools }) =>
      ofPrompt(system) + tools.reduce((sum, tool) => sum + ofTool(tool), 0),
  };
  return meter;
}

/** A tool is made anew for each request, its schema is not. */
function createToolMeter(rates: FamilyRates): (tool: ToolSpec) => number {
  const known = new WeakMap<object, { readonly words: string; readonly tokens: number }>();
  return ({ name, description, parameters }) => {
    const words = `${name} ${description}`;
    const before = known.get(parameters);
    if (before?.words === words) return before.tokens;
    const tokens = aroundTool + estimateText(`${words} ${JSON.stringify(parameters)}`, rates);
    known.set(parameters, { words, tokens });
    return tokens;
  };
}

function messageTokens(message: Message, rates: FamilyRates): number {
  switch (message.role) {
    case 'system':
    case 'user':
      return message.parts.reduce((sum, part) => sum + userTokens(part, rates), aroundMessage);
    case 'assistant':
      return message.parts.reduce((sum, part) => sum + saidTokens(part, rates), aroundMessage);
    case 'tool':
      return message.parts
        .flatMap(({ content }) => content)
        .reduce((sum, part) => sum + aroundMessage + userTokens(part, rates), aroundMessage);
  }
}

function saidTokens(part: AssistantPart, rates: FamilyRates): number {
  switch (part.type) {
    case 'text':
    case 'thinking':
      return estimateText(part.text, rates);
    case 'tool-call':
      return aroundTool + estimateText(`${part.name} ${jsonOf(part.input)}`, rates);
    case 'opaque':
      return estimateText(jsonOf(part.value), rates);
  }
}

function jsonOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function userTokens(part: UserPart, rates: FamilyRates): number {
  switch (part.type) {
    case 'text':
      return estimateText(part.text, rates);
    case 'image':
      return rates.image;
    case 'audio':
      return Math.max(200, Math.ceil(bytesOf(part.source) / 500));
    case 'video':
      return Math.max(rates.image, Math.ceil(bytesOf(part.source) / filmBytesPerToken));
    case 'document':
      return Math.max(
        rates.image,
        Math.ceil(bytesOf(part.source) / (isText(part.mimeType) ? 3 : 30)),
      );
  }
}

/**
 * A second of a film is some 300 tokens (https://ai.google.dev/gemini-api/docs/video-understanding: 258 a picture, one a second, and 32 of sound), and
 * at a megabit a second 125 kB.
 */
const filmBytesPerToken = 400;

function isText(mimeType: string): boolean {
  return /^text\/|\b(json|xml|yaml|javascript|csv)\b/i.test(mimeType);
}

/** Of bytes that are elsewhere nothing is known: a few pages. */
const bytesElsewhere = 60_000;

function bytesOf(source: MediaSource): number {
  return source.kind === 'base64' ? Math.floor(source.data.length * 0.75) : bytesElsewhere;
}
