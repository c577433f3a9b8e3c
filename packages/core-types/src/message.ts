import { z } from 'zod';
import { Json } from './json.ts';

/**
 * The neutral message model: what every provider dialect is encoded from and decoded to.
 * It can hold whatever any of them says, so that a transcript moves between them and back.
 */

/**
 * Where bytes are. `blob` names content in the `BlobStore` by its SHA-256 in hex. `channel`: a messenger still has them; `ref` is its own name
 * for them, and (`inboundId`, `index`) says which medium of which message it is. `failure`: a code, where they will never be here.
 */
export const MediaSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('blob'), sha256: z.string() }),
  z.object({
    kind: z.literal('channel'),
    inboundId: z.string(),
    index: z.int().nonnegative(),
    accountId: z.string(),
    ref: Json,
    bytes: z.int().nonnegative().optional(),
    failure: z.string().optional(),
  }),
  z.object({ kind: z.literal('base64'), data: z.string() }),
  z.object({ kind: z.literal('url'), url: z.string() }),
]);
export type MediaSource = z.infer<typeof MediaSource>;

/** Which service and model said something; opaque data goes back only to where it came from. */
export const Origin = z.object({ dialect: z.string(), provider: z.string(), model: z.string() });
export type Origin = z.infer<typeof Origin>;

export const TextPart = z.object({ type: z.literal('text'), text: z.string() });
export const ImagePart = z.object({
  type: z.literal('image'),
  mimeType: z.string(),
  name: z.string().optional(),
  source: MediaSource,
});
/** `voice`: its sender's own voice, recorded for this message. */
export const AudioPart = z.object({
  type: z.literal('audio'),
  mimeType: z.string(),
  name: z.string().optional(),
  durationMs: z.int().nonnegative().optional(),
  voice: z.boolean().optional(),
  source: MediaSource,
});
export const DocumentPart = z.object({
  type: z.literal('document'),
  mimeType: z.string(),
  name: z.string().optional(),
  source: MediaSource,
});
/** A film goes to a model that takes films as such. In a transcript one lies as the `document` that it was sent as. */
export const VideoPart = z.object({
  type: z.literal('video'),
  mimeType: z.string(),
  name: z.string().optional(),
  source: MediaSource,
});
/** A model's reasoning. `signature` is the vendor's proof, replayed verbatim to the origin only. */
export const ThinkingPart = z.object({
  type: z.literal('thinking'),
  text: z.string(),
  signature: z.string().optional(),
  redacted: z.string().optional(),
});
/** A vendor's block that we do not interpret (server tool use, encrypted reasoning), kept for its origin. */
export const OpaquePart = z.object({ type: z.literal('opaque'), origin: Origin, value: Json });
/** `input` is the parsed argument object; where the text did not parse, `input` is that text. */
export const ToolCallPart = z.object({
  type: z.literal('tool-call'),
  callId: z.string(),
  name: z.string(),
  input: Json,
  opaque: Json.optional(),
});
export const ToolResultPart = z.object({
  type: z.literal('tool-result'),
  callId: z.string(),
  name: z.string(),
  ok: z.boolean(),
  content: z.array(z.discriminatedUnion('type', [TextPart, ImagePart])),
});
export type TextPart = z.infer<typeof TextPart>;
export type ImagePart = z.infer<typeof ImagePart>;
export type AudioPart = z.infer<typeof AudioPart>;
export type DocumentPart = z.infer<typeof DocumentPart>;
export type VideoPart = z.infer<typeof VideoPart>;
export type ThinkingPart = z.infer<typeof ThinkingPart>;
export type OpaquePart = z.infer<typeof OpaquePart>;
export type ToolCallPart = z.infer<typeof ToolCallPart>;
export type ToolResultPart = z.infer<typeof ToolResultPart>;

export const UserPart = z.discriminatedUnion('type', [
  TextPart,
  ImagePart,
  AudioPart,
  DocumentPart,
  VideoPart,
]);
export type UserPart = z.infer<typeof UserPart>;
export const AssistantPart = z.discriminatedUnion('type', [
  TextPart,
  ThinkingPart,
  OpaquePart,
  ToolCallPart,
]);
export type AssistantPart = z.infer<typeof AssistantPart>;

export const SystemMessage = z.object({ role: z.literal('system'), parts: z.array(TextPart) });
export const UserMessage = z.object({
  role: z.literal('user'),
  parts: z.array(UserPart),
  name: z.string().optional(),
});
/** `partial` marks an answer that was cut off by an abort. */
export const AssistantMessage = z.object({
  role: z.literal('assistant'),
  parts: z.array(AssistantPart),
  origin: Origin.optional(),
  partial: z.boolean().optional(),
});
/** The results of one step's calls, in the order of the calls. */
export const ToolMessage = z.object({ role: z.literal('tool'), parts: z.array(ToolResultPart) });

export const Message = z.discriminatedUnion('role', [
  SystemMessage,
  UserMessage,
  AssistantMessage,
  ToolMessage,
]);
export type SystemMessage = z.infer<typeof SystemMessage>;
export type UserMessage = z.infer<typeof UserMessage>;
export type AssistantMessage = z.infer<typeof AssistantMessage>;
export type ToolMessage = z.infer<typeof ToolMessage>;
export type Message = z.infer<typeof Message>;
