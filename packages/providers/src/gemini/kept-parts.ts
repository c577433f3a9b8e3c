import type { Json } from '@cuttle/core-types';

/**
 * What our messages keep of the service's parts beside text, thinking and calls, to send it back as it came.
 * Signatures stay with the very part that they came with: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export type KeptPart =
  /** Stands right after the text that is signed; an empty text may be, too. */
  | { readonly kind: 'signed-text'; readonly text: string; readonly thoughtSignature: string }
  /** A part that we do not interpret. */
  | { readonly kind: 'part'; readonly part: WirePart }
  /** Why an answer was cut off. Nothing goes back. */
  | { readonly kind: 'blocked'; readonly reason: string; readonly message: string };

export type WirePart = Record<string, Json>;

/** What a call keeps: the service's own id, which it may leave out, and its signature. */
export interface KeptCall {
  readonly id?: string;
  readonly thoughtSignature?: string;
}

export function toKeptPart(value: Json): KeptPart | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, text, thoughtSignature, part } = value;
  if (kind === 'part' && isRecord(part)) return { kind, part };
  if (kind === 'signed-text' && typeof text === 'string' && typeof thoughtSignature === 'string')
    return { kind, text, thoughtSignature };
  return undefined;
}

export function toKeptCall(value: Json | undefined): KeptCall {
  if (!isRecord(value)) return {};
  const { id, thoughtSignature } = value;
  return {
    ...(typeof id === 'string' && { id }),
    ...(typeof thoughtSignature === 'string' && { thoughtSignature }),
  };
}

export function isRecord(value: Json | undefined): value is WirePart {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
