import { CuttleError } from '@cuttle/core-types/errors';
import type {
  Answer,
  DraftCapability,
  OutboundFile,
  OutboundPart,
  SendRequest,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { type RenderedPart, renderMarkdown, renderPreview } from '../markdown/dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { telegramDialect } from '../markdown/telegram-dialect.ts';
import { escapeHtml } from '../markdown/telegram-html.ts';
import type { FormFile } from '../upload-form.ts';
import { arrangeFiles, sentKindOf, sentKinds } from './arrange-files.ts';
import { encodeFiles } from './encode-files.ts';
import { parseTarget } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const TelegramPayload = z.object({
  v: z.literal(1),
  html: z.string(),
  /** For when the formatting is refused, where it says more than the row's text. */
  plain: z.string().exactOptional(),
  replyTo: z.int().exactOptional(),
  buttons: z.array(z.array(z.object({ label: z.string(), token: z.string() }))).exactOptional(),
  /** What each file of the part is sent as; the words stand under the first. */
  media: z.array(z.enum(sentKinds)).exactOptional(),
});
type TelegramPayload = z.infer<typeof TelegramPayload>;

/** A method of the Bot API with its parameters. */
export interface TelegramCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly files?: readonly FormFile[];
}

/** An answer as messages. The quote goes with the first, the buttons with the last of the words, the files behind them. */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const words = renderMarkdown(answer.text, telegramDialect);
  const buttons = encodeButtons(answer.buttons);
  const groups = arrangeFiles(answer.files ?? []);
  if (words.length === 0 && buttons !== undefined) words.push(placeholderText());
  const caption = buttons === undefined ? toCaption(words, groups) : undefined;
  const parts = [
    ...(caption ? [] : words).map((part, index, all) =>
      toPart(part, { ...(index === all.length - 1 && buttons !== undefined && { buttons }) }),
    ),
    ...groups.map((files, index) => toFilePart(files, index === 0 ? caption : undefined)),
  ];
  const replyTo = toMessageId(answer.replyTo);
  return parts.map((part, index) =>
    index === 0 && replyTo !== undefined ? withReply(part, replyTo) : part,
  );
}

/** "0-1024 characters after entities parsing", with room for the mark of a repetition. */
const maxCaption = 900;

/** Short words stand under the first files. */
function toCaption(
  words: readonly RenderedPart[],
  groups: readonly unknown[],
): RenderedPart | undefined {
  const [only, ...more] = words;
  const fits = groups.length > 0 && more.length === 0 && (only?.text.length ?? 0) <= maxCaption;
  return fits ? only : undefined;
}

function toFilePart(
  files: readonly OutboundFile[],
  caption: RenderedPart = { text: '', body: '', plain: '' },
): OutboundPart {
  return { ...toPart(caption, { media: files.map(sentKindOf) }), files };
}

function withReply(part: OutboundPart, replyTo: number): OutboundPart {
  return { ...part, payload: { ...parsePayload(part), replyTo } };
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
  extra: Pick<TelegramPayload, 'replyTo' | 'buttons' | 'media'>,
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

/** How a call is written: `plain` and `files` are for what was refused otherwise. */
export interface CallStyle {
  readonly formatting: 'html' | 'plain';
  /** `document`: pictures go as they are, which Telegram takes of any size and form. */
  readonly files: 'shown' | 'document';
  /** `caption`: the message that is edited is a file, and has its words under it. */
  readonly words?: 'caption';
}

/** A send request as a call. */
export function encodeCall(request: SendRequest, style: CallStyle): TelegramCall {
  const { formatting } = style;
  const { chatId, threadId } = parseTarget(request.target);
  switch (request.kind) {
    case 'delete':
      return { method: 'deleteMessage', params: { chat_id: chatId, ...messageOf(request) } };
    case 'edit': {
      const message = { chat_id: chatId, ...messageOf(request) };
      if (style.words === 'caption')
        return {
          method: 'editMessageCaption',
          params: { ...message, ...encodeCaption(request, formatting) },
        };
      const params = { ...message, ...encodeText(request, formatting) };
      return { method: 'editMessageText', params };
    }
    case 'send':
    case 'open': {
      const thread = threadId === undefined ? {} : { message_thread_id: threadId };
      const place = { chat_id: chatId, ...thread, ...encodeReply(request) };
      const { media } = parsePayload(request.part);
      if (media) {
        const caption = encodeCaption(request, formatting);
        return encodeFiles(request.files, { media, params: place, caption, files: style.files });
      }
      const params = { ...place, ...encodeText(request, formatting) };
      return { method: 'sendMessage', params };
    }
  }
}

/** Unfinished text as a call. https://core.telegram.org/bots/api#sendmessagedraft */
export function encodeDraft(
  { target, key, part }: Parameters<DraftCapability['show']>[0],
  formatting: CallStyle['formatting'],
): TelegramCall {
  const { chatId, threadId } = parseTarget(target);
  const thread = threadId === undefined ? {} : { message_thread_id: threadId };
  const params = { chat_id: chatId, ...thread, draft_id: draftIdOf(key) };
  return {
    method: 'sendMessageDraft',
    params: { ...params, ...encodeWords({ part }, formatting) },
  };
}

/** The same for a key in every life of the process; never zero, which Telegram refuses. */
function draftIdOf(key: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const letter of key) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 2) + 1;
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
  request: SendRequest,
  formatting: CallStyle['formatting'],
): Record<string, unknown> {
  const { buttons } = parsePayload(request.part);
  const words = encodeWords(request, formatting);
  return { ...words, link_preview_options: { is_disabled: true }, ...encodeMarkup(buttons) };
}

function encodeWords(
  { part, marked }: Pick<SendRequest, 'part' | 'marked'>,
  formatting: CallStyle['formatting'],
): { readonly text: string; readonly parse_mode?: 'HTML' } {
  const { html, plain = part.text } = parsePayload(part);
  const body = formatting === 'plain' ? plain : html;
  const gap = body === '' ? '' : '\n';
  const mark = marked === true ? `${escapeHtml(textFor('outbound.marked'))}${gap}` : '';
  return { text: `${mark}${body}`, ...(formatting === 'html' && { parse_mode: 'HTML' }) };
}

function encodeCaption(
  request: SendRequest,
  formatting: CallStyle['formatting'],
): Record<string, unknown> {
  const { text, parse_mode: parseMode } = encodeWords(request, formatting);
  return text === '' ? {} : { caption: text, ...(parseMode && { parse_mode: parseMode }) };
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
