import type { Json } from '@cuttle/core-types';
import { titleOf } from './failure.ts';
import type { GraphContext } from './routes.ts';
import type { PendingChange } from './webhook-sender.ts';
import type { ChatMessage, NumberState } from './world.ts';

type Teller = Pick<GraphContext, 'world' | 'sender' | 'now'>;

/** What every change of messages says of its number. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages */
export function aboutNumber({ id, phone }: NumberState): Record<string, Json> {
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: phone, phone_number_id: id },
  };
}

/** Tells the app of a message of a person. */
export function tellMessage(
  context: Teller,
  message: ChatMessage,
  content: Readonly<Record<string, Json>>,
): PendingChange {
  const number = context.world.numbers.get(message.numberId);
  const person = context.world.people.get(message.person);
  if (number === undefined || person === undefined) throw new TypeError('No such number or person');
  const quoted = message.replyTo === undefined ? undefined : context.world.find(message.replyTo);
  const value = {
    ...aboutNumber(number),
    contacts: [{ profile: { name: person.name }, wa_id: person.phone }],
    messages: [
      {
        ...(message.replyTo !== undefined && {
          context: {
            from: quoted?.fromUs === false ? person.phone : number.phone,
            id: message.replyTo,
          },
        }),
        from: person.phone,
        id: message.id,
        timestamp: String(Math.floor(message.at / 1000)),
        type: message.type,
        ...content,
      },
    ],
  };
  return context.sender.push({
    numberId: number.id,
    person: person.phone,
    field: 'messages',
    value,
  });
}

/** Tells the app what became of a message of its own. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status */
export function tellStatus(context: Teller, message: ChatMessage, code?: number): PendingChange {
  const number = context.world.numbers.get(message.numberId);
  if (number === undefined) throw new TypeError('No such number');
  const failure =
    code === undefined
      ? {}
      : {
          errors: [
            {
              code,
              title: titleOf(code),
              message: titleOf(code),
              error_data: { details: titleOf(code) },
            },
          ],
        };
  const status = {
    id: message.id,
    status: message.status,
    timestamp: String(Math.floor(context.now() / 1000)),
    recipient_id: message.person,
    ...(message.callbackData !== undefined && { biz_opaque_callback_data: message.callbackData }),
    ...failure,
  };
  return context.sender.push({
    numberId: number.id,
    person: message.person,
    field: 'messages',
    value: { ...aboutNumber(number), statuses: [status] },
  });
}
