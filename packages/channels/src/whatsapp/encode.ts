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
import { toCaption } from '../caption.ts';
import { type RenderedPart, renderMarkdown } from '../markdown/dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { whatsappDialect } from '../markdown/whatsapp-dialect.ts';
import { findReaction, noSubject } from '../whatsapp-reactions.ts';
import { encodeButtons } from './encode-buttons.ts';
import { fileKindOf, fileKinds } from './file-kind.ts';
import { parseTarget } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const WhatsappPayload = z.object({
  v: z.literal(1),
  /** Empty only where there is a file. */
  body: z.string(),
  replyTo: z.string().startsWith('wamid.').exactOptional(),
  buttons: z.array(z.object({ label: z.string(), token: z.string() })).exactOptional(),
  /** What the file of the part is sent as. */
  file: z.enum(fileKinds).exactOptional(),
});
type WhatsappPayload = z.infer<typeof WhatsappPayload>;

/** An answer as messages. The quote goes with the first, the buttons with the last of the words, and each file is one of its own behind them. */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const words = renderMarkdown(answer.text, whatsappDialect);
  const buttons = keepButtons(answer.buttons);
  const files = answer.files ?? [];
  if (words.length === 0 && buttons !== undefined) words.push(placeholderText());
  const [first] = files;
  const isCaptioned = buttons === undefined && first && fileKindOf(first) !== 'audio';
  const caption = isCaptioned ? toCaption(words, maxCaption) : undefined;
  const parts = [
    ...(caption ? [] : words).map(({ text, body }, index, all): PartOf => {
      const isLast = index === all.length - 1;
      return { text, payload: { v: 1, body, ...(isLast && buttons !== undefined && { buttons }) } };
    }),
    ...files.map((file, index): PartOf => {
      const { text, body } = (index === 0 ? caption : undefined) ?? { text: '', body: '' };
      return { text, payload: { v: 1, body, file: fileKindOf(file) }, files: [file] };
    }),
  ];
  const replyTo = answer.replyTo?.startsWith('wamid.') === true ? answer.replyTo : undefined;
  return parts.map(({ payload, ...part }, index) => ({
    v: 1,
    ...part,
    payload: { ...payload, ...(index === 0 && replyTo !== undefined && { replyTo }) },
  }));
}

interface PartOf {
  readonly text: string;
  readonly payload: WhatsappPayload;
  readonly files?: readonly OutboundFile[];
}

/** At most 1,024 characters, with room for the mark of a repetition. */
const maxCaption = 900;

function placeholderText(): RenderedPart {
  const text = textFor('outbound.placeholder');
  return { text, body: text, plain: text };
}

/** Ten rows are the most a list has; what WhatsApp would refuse is left out. */
function keepButtons(rows: Answer['buttons']): WhatsappPayload['buttons'] {
  const kept = (rows ?? [])
    .flat()
    .filter(
      ({ label, token }) =>
        isVisible(label) && token !== '' && token.length <= 200 && token.trim() === token,
    )
    .map(({ label, token }) => ({
      label: label.toWellFormed().replaceAll(/\s+/g, ' ').trim(),
      token: token.toWellFormed(),
    }))
    .filter(({ token }, index, all) => all.findIndex((one) => one.token === token) === index)
    .slice(0, 10);
  return kept.length === 0 ? undefined : kept;
}

/**
 * The body of `POST /{number}/messages`. Nothing that was sent can be changed there: what would be an edit is a message
 * of its own that quotes the old one. Throws `channel.invalid`.
 */
export function encodeMessage(
  request: SendRequest,
  mediaId: string | undefined,
): Readonly<Record<string, unknown>> {
  const { waId } = parseTarget(request.target);
  const reaction = encodeReaction(request);
  if (reaction) return { ...toPerson(waId), ...reaction };
  const payload = parsePayload(request.part);
  if (request.kind === 'delete')
    throw new CuttleError('channel.invalid', 'WhatsApp lets nobody delete what a number sent.');
  const quoted = request.kind === 'edit' ? request.receipt?.messageId : payload.replyTo;
  return {
    ...toPerson(waId),
    ...(quoted?.startsWith('wamid.') === true && { context: { message_id: quoted } }),
    // Comes back with what becomes of the message.
    biz_opaque_callback_data: request.idempotencyKey.slice(0, 512),
    ...encodeContent(request, payload, mediaId),
  };
}

function toPerson(waId: string): object {
  return { messaging_product: 'whatsapp', recipient_type: 'individual', to: waId };
}

/** A row that is no message; undefined where it is one. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/reaction-messages */
function encodeReaction(request: SendRequest): object | undefined {
  const reaction = findReaction(request);
  if (reaction === undefined) return undefined;
  const { emoji, messageId } = reaction;
  if (messageId?.startsWith('wamid.') !== true) throw noSubject();
  return { type: 'reaction', reaction: { message_id: messageId, emoji } };
}

function encodeContent(
  { marked, files: [sent] = [] }: SendRequest,
  { body, buttons, file }: WhatsappPayload,
  mediaId: string | undefined,
): object {
  const mark = marked === true ? [textFor('outbound.marked')] : [];
  const words = [...mark, body].filter((text) => text !== '').join('\n');
  if (file !== undefined) {
    const caption = words !== '' && file !== 'audio' ? { caption: words } : {};
    const filename = file === 'document' && sent ? { filename: sent.name } : {};
    return { type: file, [file]: { id: mediaId, ...caption, ...filename } };
  }
  return buttons === undefined
    ? { type: 'text', text: { body: words, preview_url: false } }
    : { type: 'interactive', interactive: encodeButtons(words, buttons) };
}

/** The one file of a message; undefined where it has none. Throws `channel.invalid` where its bytes are missing. */
export function fileOf({ part, files = [] }: SendRequest): SentFile | undefined {
  if (part.act !== undefined) return undefined;
  if (parsePayload(part).file === undefined) return undefined;
  const [file] = files;
  if (file) return file;
  throw new CuttleError('channel.invalid', 'The file of this message is not at hand.');
}

function parsePayload(part: OutboundPart): WhatsappPayload {
  const parsed = WhatsappPayload.safeParse(part.payload);
  if (parsed.success && (parsed.data.body !== '' || parsed.data.file !== undefined))
    return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for WhatsApp.', {
    cause: parsed.error,
  });
}
