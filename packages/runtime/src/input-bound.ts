import type { MediaSource, Message, UserPart } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';

/** What a service adds by itself: its instructions for tools, marks around each message and tool. */
const addedTokens = 2_000;
const tokensAround = 50;
/** A small picture may be shown to a model in full size. */
const tokensOfPicture = 8_000;

/**
 * The most tokens that a request can be: no tokenizer makes more tokens than bytes, so its bytes as JSON are a bound, several times
 * what it will be. Unbounded where it holds something whose length its bytes do not tell: a document, a sound, an address to be read there.
 */
export function mostInputTokens({ system, messages, tools, parameters }: ModelRequest): number {
  const parts = messages.flatMap((message) => userParts(message));
  if (parts.some(isUnmeasured)) return Infinity;
  const pictures = parts.filter(({ type }) => type === 'image').length;
  const bytes = Buffer.byteLength(JSON.stringify([system, messages, tools, parameters]));
  return (
    bytes +
    addedTokens +
    tokensAround * (messages.length + tools.length) +
    tokensOfPicture * pictures
  );
}

function userParts(message: Message): readonly UserPart[] {
  return message.role === 'user' ? message.parts : [];
}

function isUnmeasured(part: UserPart): boolean {
  return part.type !== 'text' && (part.type !== 'image' || isElsewhere(part.source));
}

function isElsewhere({ kind }: MediaSource): boolean {
  return kind === 'url';
}
