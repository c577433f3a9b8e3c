import type { Json } from '@cuttle/core-types';
import type { ChannelInbound } from '@cuttle/core-types/ports';
import { cleanText } from '../foreign-text.ts';
import { findCommand } from '../slash-command.ts';
import { toUnparsedEvent } from '../unparsed-event.ts';
import { decodeMedia } from './decode-media.ts';
import { WireDelivery, WireMessage, WireStatus, WireValue } from './wire.ts';

export type Decoded =
  | { readonly kind: 'event'; readonly event: ChannelInbound }
  | { readonly kind: 'status'; readonly status: WireStatus }
  /** Nothing anyone said to us: our own message, a reaction taken back, another number's, a kind we did not ask for. */
  | {
      readonly kind: 'ignored';
      readonly reason: 'own' | 'service' | 'other-number' | 'other-kind';
    };

/**
 * A delivery → the facts of its events, in its order. Total: what cannot be read becomes an `unparsed` event that keeps it
 * whole. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
 */
export function decodeDelivery(raw: Json, phoneNumberId: string): readonly Decoded[] {
  const delivery = WireDelivery.safeParse(raw);
  if (!delivery.success) return [unparsed(raw)];
  return delivery.data.entry
    .flatMap(({ changes }) => changes)
    .flatMap(({ field, value }) =>
      // Echoes of what the number's app sent, templates, account reviews.
      field === 'messages' ? decodeValue(value, phoneNumberId) : [ignored('other-kind')],
    );
}

function decodeValue(raw: Json, phoneNumberId: string): readonly Decoded[] {
  const parsed = WireValue.safeParse(raw);
  if (!parsed.success) return [unparsed(raw)];
  const value = parsed.data;
  if (value.metadata.phone_number_id !== phoneNumberId) return [ignored('other-number')];
  return [
    ...value.messages.map((message) => decodeMessage(message, value)),
    ...value.statuses.map(decodeStatus),
  ];
}

function decodeStatus(raw: Json): Decoded {
  const parsed = WireStatus.safeParse(raw);
  return parsed.success ? { kind: 'status', status: parsed.data } : ignored('other-kind');
}

function decodeMessage(raw: Json, value: WireValue): Decoded {
  const parsed = WireMessage.safeParse(raw);
  if (!parsed.success) return unparsed(raw);
  const message = parsed.data;
  if (message.from === ourPhone(value)) return ignored('own');
  if (message.type === 'system') return ignored('service');
  const facts = factsOf(message, value);
  if (message.type === 'reaction') return decodeReaction(message, facts);
  const token = tokenOf(message);
  if (token !== undefined) return { kind: 'event', event: toPress(message, facts, token) };
  const { media, caption } = decodeMedia(message);
  const text = textOf(message) ?? caption;
  const command = findCommand(text);
  const event: ChannelInbound = {
    ...facts,
    externalId: message.id,
    kind: 'message',
    messageId: message.id,
    text,
    replyToUs: isPhone(message.context?.from, ourPhone(value)),
    ...(command && { command }),
    ...(media.length > 0 && { media }),
  };
  return { kind: 'event', event };
}

/** A reaction that was taken back comes without an emoji. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/reaction */
function decodeReaction({ id, reaction }: WireMessage, facts: Facts): Decoded {
  const emoji = cleanText(reaction?.emoji ?? '');
  if (reaction === undefined || emoji === '') return ignored('service');
  const event: ChannelInbound = {
    ...facts,
    externalId: `reaction:${id}`,
    kind: 'reaction',
    messageId: reaction.message_id,
    text: '',
    reaction: emoji,
    // Whose the message is the gateway finds out.
    replyToUs: true,
  };
  return { kind: 'event', event };
}

function textOf({ text, button }: WireMessage): string | undefined {
  const said = text?.body ?? button?.text;
  return said === undefined ? undefined : cleanText(said);
}

type Facts = Pick<ChannelInbound, 'target' | 'chat' | 'sender' | 'mentioned' | 'at'>;

function factsOf({ from, timestamp }: WireMessage, { contacts }: WireValue): Facts {
  const contact = contacts.find((one) => one.wa_id === from);
  const name = cleanText(contact?.profile?.name ?? '').slice(0, 300);
  return {
    target: { waId: from },
    chat: { id: from, kind: 'dm' },
    sender: { id: from, name: name === '' ? `+${from}` : name, isBot: false },
    mentioned: false,
    at: timestamp * 1000,
  };
}

/** A tapped button or row of a list. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/interactive */
function tokenOf({ interactive }: WireMessage): string | undefined {
  return (interactive?.button_reply ?? interactive?.list_reply)?.id;
}

function toPress({ id, context }: WireMessage, facts: Facts, token: string): ChannelInbound {
  return {
    ...facts,
    externalId: `button:${id}`,
    kind: 'button',
    messageId: context?.id ?? id,
    text: '',
    replyToUs: true,
    buttonToken: cleanText(token),
  };
}

function ourPhone({ metadata }: WireValue): string {
  return metadata.display_phone_number.replaceAll(/\D/g, '');
}

function isPhone(stated: string | undefined, phone: string): boolean {
  return stated !== undefined && phone !== '' && stated.replaceAll(/\D/g, '') === phone;
}

function ignored(reason: Extract<Decoded, { kind: 'ignored' }>['reason']): Decoded {
  return { kind: 'ignored', reason };
}

function unparsed(raw: Json): Decoded {
  return { kind: 'event', event: toUnparsedEvent(raw) };
}
