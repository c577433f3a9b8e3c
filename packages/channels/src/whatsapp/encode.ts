import { CuttleError } from '@cuttle/core-types/errors';
import type { Answer, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { type RenderedPart, renderMarkdown } from '../markdown/dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { whatsappDialect } from '../markdown/whatsapp-dialect.ts';
import { encodeButtons } from './encode-buttons.ts';
import { parseTarget } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const WhatsappPayload = z.object({
  v: z.literal(1),
  body: z.string().min(1),
  replyTo: z.string().startsWith('wamid.').exactOptional(),
  buttons: z.array(z.object({ label: z.string(), token: z.string() })).exactOptional(),
});
type WhatsappPayload = z.infer<typeof WhatsappPayload>;

/** An answer as messages. The quote goes with the first, the buttons with the last. */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const parts = renderMarkdown(answer.text, whatsappDialect);
  const buttons = keepButtons(answer.buttons);
  if (parts.length === 0 && buttons !== undefined) parts.push(placeholderText());
  const replyTo = answer.replyTo?.startsWith('wamid.') === true ? answer.replyTo : undefined;
  return parts.map(({ text, body }, index) => ({
    v: 1,
    text,
    payload: {
      v: 1,
      body,
      ...(index === 0 && replyTo !== undefined && { replyTo }),
      ...(index === parts.length - 1 && buttons !== undefined && { buttons }),
    },
  }));
}

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
export function encodeMessage(request: SendRequest): Readonly<Record<string, unknown>> {
  const { waId } = parseTarget(request.target);
  const { body, buttons, replyTo } = parsePayload(request.part);
  if (request.kind === 'delete')
    throw new CuttleError('channel.invalid', 'WhatsApp lets nobody delete what a number sent.');
  const mark = request.marked === true ? `${textFor('outbound.marked')}\n` : '';
  const quoted = request.kind === 'edit' ? request.receipt?.messageId : replyTo;
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: waId,
    ...(quoted?.startsWith('wamid.') === true && { context: { message_id: quoted } }),
    // Comes back with what becomes of the message.
    biz_opaque_callback_data: request.idempotencyKey.slice(0, 512),
    ...(buttons === undefined
      ? { type: 'text', text: { body: `${mark}${body}`, preview_url: false } }
      : { type: 'interactive', interactive: encodeButtons(`${mark}${body}`, buttons) }),
  };
}

function parsePayload(part: OutboundPart): WhatsappPayload {
  const parsed = WhatsappPayload.safeParse(part.payload);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for WhatsApp.', {
    cause: parsed.error,
  });
}
