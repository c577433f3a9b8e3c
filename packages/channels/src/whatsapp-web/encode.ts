import { readToken } from '@cuttle/core-types';
import type { BridgeFile } from '@cuttle/core-types/bridge';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  Answer,
  OutboundFile,
  OutboundPart,
  SendRequest,
  SentFile,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import type { BridgeRequest } from '../bridge/bridge-life.ts';
import { toCaption } from '../caption.ts';
import { type RenderedPart, renderMarkdown, renderPreview } from '../markdown/dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { whatsappDialect } from '../markdown/whatsapp-dialect.ts';
import { findReaction, noSubject } from '../whatsapp-reactions.ts';
import { fileKindOf, fileKinds, hasCaption } from './file-kind.ts';
import { parseTarget } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const WhatsappWebPayload = z.object({
  v: z.literal(1),
  of: z.literal('whatsapp-web'),
  /** Empty only where there is a file. */
  body: z.string(),
  replyTo: z.string().exactOptional(),
  /** What the file of the part is sent as. */
  file: z.enum(fileKinds).exactOptional(),
});
type WhatsappWebPayload = z.infer<typeof WhatsappWebPayload>;

/** WhatsApp takes some more. */
const maxCaption = 1000;

/**
 * An answer as messages. The quote goes with the first; what other platforms have as buttons is words below the last; each file
 * is one of its own behind them, short words under the first.
 */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const text = [answer.text, ...spellButtons(answer)].join('\n\n');
  const words = renderMarkdown(text, whatsappDialect);
  const { files = [], replyTo } = answer;
  const [first] = files;
  const isCaptioned = first !== undefined && hasCaption(fileKindOf(first));
  const caption = isCaptioned ? toCaption(words, maxCaption) : undefined;
  const parts = [
    ...(caption ? [] : words).map((part) => toPart(part)),
    ...files.map((file, index) => toPart((index === 0 ? caption : undefined) ?? noWords, file)),
  ];
  return parts.map((part, index) => (index === 0 ? withQuote(part, replyTo) : part));
}

const noWords: RenderedPart = { text: '', body: '', plain: '' };

export function encodePlaceholder(replyTo?: string): OutboundPart {
  return withQuote(toPart(placeholderText()), replyTo);
}

/** The beginning of an unfinished answer: as much as its first message will hold. */
export function encodePreview(text: string): OutboundPart {
  return toPart(renderPreview(text, whatsappDialect) ?? placeholderText());
}

function placeholderText(): RenderedPart {
  const text = textFor('outbound.placeholder');
  return { text, body: text, plain: text };
}

type Rendered = Omit<OutboundPart, 'payload'> & { readonly payload: WhatsappWebPayload };

function toPart({ text, body }: RenderedPart, file?: OutboundFile): Rendered {
  const payload = { v: 1, of: 'whatsapp-web', body } as const;
  return file === undefined
    ? { v: 1, text, payload }
    : { v: 1, text, payload: { ...payload, file: fileKindOf(file) }, files: [file] };
}

function withQuote(part: Rendered, replyTo: string | undefined): OutboundPart {
  const isId = replyTo !== undefined && /^[\w.-]{1,128}$/.test(replyTo);
  return isId ? { ...part, payload: { ...part.payload, replyTo } } : part;
}

/** A linked device has no buttons; the command behind each is what a person writes instead. */
function spellButtons({ text, buttons = [] }: Answer): string[] {
  const lines = buttons
    .flat()
    .filter(({ label, token }) => isVisible(label) && token.trim() !== '' && token.length <= 200)
    .filter(({ token }) => !text.includes(readToken(token)))
    .slice(0, 20)
    .map(({ label, token }) => `${escapeMarkdown(label)}: ${escapeMarkdown(readToken(token))}`);
  return lines.length === 0 ? [] : [lines.join('\n\n')];
}

function escapeMarkdown(words: string): string {
  return words.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#+.!|~&-]/g, '\\$&');
}

/** What WhatsApp takes back or changes: a message of the last quarter of an hour. https://faq.whatsapp.com/1338943176829826 */
const editableMs = 14 * 60_000;

/** A command that people see. */
export type VisibleRequest = Extract<
  BridgeRequest,
  { readonly type: 'send' | 'edit' | 'delete' | 'react' }
>;

type Sending = Extract<BridgeRequest, { readonly type: 'send' }>;

/** A request as a command, with the file that goes with it. */
export type Encoded =
  | { readonly command: VisibleRequest; readonly file?: undefined }
  | {
      readonly command: Sending;
      readonly file: { readonly kind: BridgeFile['kind']; readonly sent: SentFile };
    };

/** A request as a command. An edit that people would not see any more becomes a message that quotes what it changes. */
export async function encodeRequest(request: SendRequest, now: number): Promise<Encoded> {
  const { chat } = parseTarget(request.target);
  const reaction = encodeReaction(request, chat);
  if (reaction) return { command: reaction };
  if (request.kind === 'delete') {
    const messageId = await toMessageId(`${request.idempotencyKey}\ndelete`);
    return { command: { type: 'delete', chat, messageId, target: messageIdOf(request) } };
  }
  const { body, replyTo: quote, file: kind } = parsePayload(request.part);
  const mark = request.marked === true ? [textFor('outbound.marked')] : [];
  const text = [...mark, body].filter((words) => words !== '').join('\n');
  if (request.kind === 'edit') return { command: await encodeEdit(request, { chat, text, now }) };
  const messageId = await toMessageId(request.idempotencyKey);
  const about = quote === undefined ? {} : { quote };
  const command = { type: 'send', chat, messageId, text, ...about } as const;
  return kind === undefined ? { command } : { command, file: { kind, sent: fileOf(request) } };
}

async function encodeEdit(
  request: SendRequest,
  { chat, text, now }: { readonly chat: string; readonly text: string; readonly now: number },
): Promise<VisibleRequest> {
  const target = messageIdOf(request);
  // Unfinished text comes under the key of the row that ends it: the words tell changes apart.
  const messageId = await toMessageId(`${request.idempotencyKey}\n${text}`);
  return now - (request.receipt?.at ?? now) > editableMs
    ? { type: 'send', chat, messageId, text, quote: target }
    : { type: 'edit', chat, messageId, target, text };
}

/** Of our own messages those that have a receipt. */
function encodeReaction(request: SendRequest, chat: string): VisibleRequest | undefined {
  const reaction = findReaction(request);
  if (reaction === undefined) return undefined;
  const { emoji, messageId: target } = reaction;
  if (target === undefined || target === '') throw noSubject();
  return { type: 'react', chat, target, emoji, own: request.receipt !== undefined };
}

function fileOf({ files: [file] = [] }: SendRequest): SentFile {
  if (file) return file;
  throw new CuttleError('channel.invalid', 'The file of this message is not at hand.');
}

/** The same for a row however often it is sent, in the form that WhatsApp's own page gives its messages. */
export async function toMessageId(key: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  return `3EB0${Buffer.from(hash).toString('hex').slice(0, 18).toUpperCase()}`;
}

function messageIdOf({ kind, receipt }: SendRequest): string {
  if (receipt === undefined || receipt.messageId === '')
    throw new TypeError(`To ${kind} a message its receipt is needed`);
  return receipt.messageId;
}

function parsePayload(part: OutboundPart): WhatsappWebPayload {
  const parsed = WhatsappWebPayload.safeParse(part.payload);
  if (parsed.success && (parsed.data.body !== '' || parsed.data.file !== undefined))
    return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for WhatsApp Web.', {
    cause: parsed.error,
  });
}
