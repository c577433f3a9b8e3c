import type { Json } from '@cuttle/core-types';
import { GraphFailure, noSuchObject } from './failure.ts';
import type { GraphContext } from './routes.ts';
import { type Outgoing, parseOutgoing } from './schemas.ts';
import { tellStatus } from './tell.ts';
import type { ButtonState, ChatMessage, NumberState } from './world.ts';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages */
export function sendMessage(context: GraphContext, number: NumberState, body: Json): Json {
  const outgoing = parseOutgoing(body);
  const person = outgoing.to.replace(/^\+/, '');
  const known = context.world.people.get(person);
  if (known === undefined)
    throw new GraphFailure({
      code: 131_026,
      details: 'Message failed to send: the recipient is no WhatsApp user.',
    });
  if (known.barrier !== undefined) throw new GraphFailure({ code: known.barrier });
  context.limiter?.count(number.id, person);
  const message = toMessage(context, { number, person, outgoing });
  if (outgoing.type === 'reaction')
    context.world.reactions.push({
      messageId: outgoing.reaction.message_id,
      emoji: outgoing.reaction.emoji,
    });
  else addMessage(context, { number, person, message, isTemplate: outgoing.type === 'template' });
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input: outgoing.to, wa_id: person }],
    messages: [{ id: message.id }],
  };
}

interface Added {
  readonly number: NumberState;
  readonly person: string;
  readonly message: ChatMessage;
  readonly isTemplate: boolean;
}

/** Meta takes a message outside of the window, and tells of its failure by webhook. */
function addMessage(context: GraphContext, { number, person, message, isTemplate }: Added): void {
  if (!isTemplate && !isOpen(context, number, person)) {
    message.status = 'failed';
    tellStatus(context, message, 131_047);
    return;
  }
  message.status = context.tellStatuses ? 'delivered' : 'accepted';
  context.world.messages.push(message);
  if (!context.tellStatuses) return;
  tellStatus(context, { ...message, status: 'sent' });
  tellStatus(context, message);
}

function isOpen({ world, windowMs, now }: GraphContext, number: NumberState, person: string) {
  if (windowMs === undefined) return true;
  const last = world.messages.findLast(
    (one) => one.numberId === number.id && one.person === person && !one.fromUs,
  );
  return last !== undefined && now() - last.at < windowMs;
}

function toMessage(
  { world, now }: GraphContext,
  sent: { readonly number: NumberState; readonly person: string; readonly outgoing: Outgoing },
): ChatMessage {
  const { number, person, outgoing } = sent;
  const { body, mediaId } = contentOf(outgoing);
  if (mediaId !== undefined && !world.media.has(mediaId)) throw noSuchObject(mediaId);
  const quoted = outgoing.context?.message_id;
  return {
    id: world.nextMessageId(person),
    numberId: number.id,
    person,
    fromUs: true,
    type: outgoing.type,
    body,
    buttons: outgoing.type === 'interactive' ? buttonsOf(outgoing.interactive) : [],
    // A message that is gone is not quoted, and the answer goes out.
    replyTo: quoted !== undefined && world.find(quoted) ? quoted : undefined,
    mediaId,
    ...(outgoing.type === 'document' && { fileName: outgoing.document.filename }),
    callbackData: outgoing.biz_opaque_callback_data,
    at: now(),
    status: 'accepted',
  };
}

function contentOf(outgoing: Outgoing): { body: string; mediaId?: string | undefined } {
  switch (outgoing.type) {
    case 'text':
      return { body: outgoing.text.body };
    case 'interactive':
      return { body: outgoing.interactive.body.text };
    case 'reaction':
      return { body: outgoing.reaction.emoji };
    case 'template':
      return { body: `[${outgoing.template.name}]` };
    case 'image':
      return { body: outgoing.image.caption ?? '', mediaId: outgoing.image.id };
    case 'audio':
      return { body: '', mediaId: outgoing.audio.id };
    case 'video':
      return { body: outgoing.video.caption ?? '', mediaId: outgoing.video.id };
    case 'sticker':
      return { body: '', mediaId: outgoing.sticker.id };
    case 'document':
      return { body: outgoing.document.caption ?? '', mediaId: outgoing.document.id };
  }
}

type Interactive = Extract<Outgoing, { type: 'interactive' }>['interactive'];

function buttonsOf(interactive: Interactive): readonly ButtonState[] {
  if (interactive.type === 'button')
    return interactive.action.buttons.map(({ reply: { id, title } }) => ({
      id,
      title,
      kind: 'button_reply',
    }));
  return interactive.action.sections
    .flatMap(({ rows }) => rows)
    .map(({ id, title, description }) => ({ id, title, kind: 'list_reply', description }));
}
