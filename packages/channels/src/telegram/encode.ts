import { CuttleError } from '@cuttle/core-types/errors';
import type { Answer, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { type RenderedPart, renderMarkdown, renderPreview } from '../markdown/dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { telegramDialect } from '../markdown/telegram-dialect.ts';
import { escapeHtml } from '../markdown/telegram-html.ts';
import { parseTarget } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const TelegramPayload = z.object({
  v: z.literal(1),
  html: z.string(),
  /** For when the formatting is refused, where it says more than the row's text. */
  plain: z.string().exactOptional(),
  replyTo: z.int().exactOptional(),
  buttons: z.array(z.array(z.object({ label: z.string(), token: z.string() }))).exactOptional(),
});
type TelegramPayload = z.infer<typeof TelegramPayload>;

/** A method of the Bot API with its parameters. */
export interface TelegramCall {
  readonly method: 'sendMessage' | 'editMessageText' | 'deleteMessage';
  readonly params: Readonly<Record<string, unknown>>;
}

/** An answer as messages. The quote goes with the first, the buttons with the last. */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const parts = renderMarkdown(answer.text, telegramDialect);
  const buttons = encodeButtons(answer.buttons);
  if (parts.length === 0 && buttons !== undefined) parts.push(placeholderText());
  const replyTo = toMessageId(answer.replyTo);
  return parts.map((part, index) =>
    toPart(part, {
      ...(index === 0 && replyTo !== undefined && { replyTo }),
      ...(index === parts.length - 1 && buttons !== undefined && { buttons }),
    }),
  );
}

export function encodePlaceholder(replyTo?: string): OutboundPart {
  const id = toMessageId(replyTo);
  return toPart(placeholderText(), id === undefined ? {} : { replyTo: id });
}

/** The beginning of an unfinished answer: as much as its first message will hold. */
export function encodePreview(text: string): OutboundPart {
  return toPart(renderPreview(text, telegramDialect) ?? placeholderText(), {});
}

function placeholderText(): RenderedPart {
  const text = textFor('outbound.placeholder');
  return { text, body: text, plain: text };
}

function toPart(
  { text, body, plain }: RenderedPart,
  extra: Pick<TelegramPayload, 'replyTo' | 'buttons'>,
): OutboundPart {
  return { v: 1, text, payload: { v: 1, html: body, ...(plain !== text && { plain }), ...extra } };
}

function toMessageId(id: string | undefined): number | undefined {
  const number = Number(id);
  return id !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Buttons Telegram would refuse are left out: a token of more than 64 bytes, a label without a letter. */
function encodeButtons(rows: Answer['buttons']): TelegramPayload['buttons'] {
  const kept = (rows ?? [])
    .map((row) =>
      row
        .filter(
          ({ label, token }) => isVisible(label) && token !== '' && Buffer.byteLength(token) <= 64,
        )
        .map(({ label, token }) => ({ label: label.toWellFormed(), token: token.toWellFormed() }))
        .slice(0, 8),
    )
    .filter((row) => row.length > 0)
    .slice(0, 12);
  return kept.length === 0 ? undefined : kept;
}

/** A send request as a call; `plain` is the fallback for a text whose formatting was refused. */
export function encodeCall(request: SendRequest, formatting: 'html' | 'plain'): TelegramCall {
  const { chatId, threadId } = parseTarget(request.target);
  switch (request.kind) {
    case 'delete':
      return { method: 'deleteMessage', params: { chat_id: chatId, ...messageOf(request) } };
    case 'edit': {
      const params = { chat_id: chatId, ...messageOf(request), ...encodeText(request, formatting) };
      return { method: 'editMessageText', params };
    }
    case 'send':
    case 'open': {
      const thread = threadId === undefined ? {} : { message_thread_id: threadId };
      const params = {
        chat_id: chatId,
        ...thread,
        ...encodeText(request, formatting),
        ...encodeReply(request),
      };
      return { method: 'sendMessage', params };
    }
  }
}

function messageOf({ kind, receipt }: SendRequest): { message_id: number } {
  const id = toMessageId(receipt?.messageId);
  if (id === undefined) throw new TypeError(`To ${kind} a message its receipt is needed`);
  return { message_id: id };
}

function encodeReply({ part }: SendRequest): Record<string, unknown> {
  const { replyTo } = parsePayload(part);
  if (replyTo === undefined) return {};
  return { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } };
}

function encodeText(
  { part, marked }: SendRequest,
  formatting: 'html' | 'plain',
): Record<string, unknown> {
  const { html, plain = part.text, buttons } = parsePayload(part);
  const mark = marked === true ? `${textFor('outbound.marked')}\n` : '';
  const text =
    formatting === 'plain'
      ? { text: `${mark}${plain}` }
      : { text: `${escapeHtml(mark)}${html}`, parse_mode: 'HTML' };
  return { ...text, link_preview_options: { is_disabled: true }, ...encodeMarkup(buttons) };
}

function encodeMarkup(buttons: TelegramPayload['buttons']): Record<string, unknown> {
  if (buttons === undefined) return {};
  const rows = buttons.map((row) =>
    row.map(({ label, token }) => ({ text: label, callback_data: token })),
  );
  return { reply_markup: { inline_keyboard: rows } };
}

function parsePayload(part: OutboundPart): TelegramPayload {
  const parsed = TelegramPayload.safeParse(part.payload);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for Telegram.', {
    cause: parsed.error,
  });
}
