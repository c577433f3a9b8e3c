import { readToken } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Answer, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import type { BridgeRequest } from '../bridge/bridge-life.ts';
import { type RenderedPart, renderMarkdown, renderPreview } from '../markdown/dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { whatsappDialect } from '../markdown/whatsapp-dialect.ts';
import { parseTarget } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const WhatsappWebPayload = z.object({
  v: z.literal(1),
  of: z.literal('whatsapp-web'),
  body: z.string().min(1),
  replyTo: z.string().exactOptional(),
});
type WhatsappWebPayload = z.infer<typeof WhatsappWebPayload>;

/** An answer as messages. The quote goes with the first; what other platforms have as buttons is words below the last. */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const parts = renderMarkdown(
    [answer.text, ...spellButtons(answer)].join('\n\n'),
    whatsappDialect,
  );
  return parts.map((part, index) => toPart(part, index === 0 ? answer.replyTo : undefined));
}

export function encodePlaceholder(replyTo?: string): OutboundPart {
  return toPart(placeholderText(), replyTo);
}

/** The beginning of an unfinished answer: as much as its first message will hold. */
export function encodePreview(text: string): OutboundPart {
  return toPart(renderPreview(text, whatsappDialect) ?? placeholderText(), undefined);
}

function placeholderText(): RenderedPart {
  const text = textFor('outbound.placeholder');
  return { text, body: text, plain: text };
}

function toPart({ text, body }: RenderedPart, replyTo: string | undefined): OutboundPart {
  const quote = replyTo !== undefined && /^[\w.-]{1,128}$/.test(replyTo) ? { replyTo } : {};
  return { v: 1, text, payload: { v: 1, of: 'whatsapp-web', body, ...quote } };
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
export type VisibleRequest = Extract<BridgeRequest, { readonly type: 'send' | 'edit' | 'delete' }>;

/** A request as a command. An edit that people would not see any more becomes a message that quotes what it changes. */
export async function encodeRequest(request: SendRequest, now: number): Promise<VisibleRequest> {
  const { chat } = parseTarget(request.target);
  const { body, replyTo } = parsePayload(request.part);
  const { kind, marked, idempotencyKey } = request;
  const text = marked === true ? `${textFor('outbound.marked')}\n${body}` : body;
  switch (kind) {
    case 'send':
    case 'open': {
      const messageId = await toMessageId(idempotencyKey);
      return {
        type: 'send',
        chat,
        messageId,
        text,
        ...(replyTo !== undefined && { quote: replyTo }),
      };
    }
    case 'edit': {
      const target = messageIdOf(request);
      // Unfinished text comes under the key of the row that ends it: the words tell changes apart.
      const messageId = await toMessageId(`${idempotencyKey}\n${text}`);
      return now - (request.receipt?.at ?? now) > editableMs
        ? { type: 'send', chat, messageId, text, quote: target }
        : { type: 'edit', chat, messageId, target, text };
    }
    case 'delete': {
      const messageId = await toMessageId(`${idempotencyKey}\ndelete`);
      return { type: 'delete', chat, messageId, target: messageIdOf(request) };
    }
  }
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
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for WhatsApp Web.', {
    cause: parsed.error,
  });
}
