import { Json } from '@cuttle/core-types';
import { z } from 'zod';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview */
export const WireDelivery = z.looseObject({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(
    z.looseObject({ changes: z.array(z.looseObject({ field: z.string(), value: Json })) }),
  ),
});

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages */
export const WireValue = z.looseObject({
  metadata: z.looseObject({
    phone_number_id: z.string(),
    display_phone_number: z.string().default(''),
  }),
  contacts: z
    .array(
      z.looseObject({
        wa_id: z.string(),
        profile: z.looseObject({ name: z.string().optional() }).optional(),
      }),
    )
    .default([])
    .catch([]),
  messages: z.array(Json).default([]),
  statuses: z.array(Json).default([]),
});
export type WireValue = z.infer<typeof WireValue>;

const Reply = z.looseObject({ id: z.string() });

export const WireMessage = z.looseObject({
  from: z.string().regex(/^\d{6,15}$/),
  id: z.string().min(1),
  timestamp: z.coerce.number().int().nonnegative(),
  type: z.string(),
  context: z
    .looseObject({ from: z.string().optional(), id: z.string().optional() })
    .optional()
    .catch(undefined),
  text: z.looseObject({ body: z.string() }).optional(),
  button: z.looseObject({ text: z.string() }).optional(),
  reaction: z
    .looseObject({ message_id: z.string(), emoji: z.string().optional() })
    .optional()
    .catch(undefined),
  interactive: z
    .looseObject({
      type: z.string(),
      button_reply: Reply.optional(),
      list_reply: Reply.optional(),
    })
    .optional(),
});
export type WireMessage = z.infer<typeof WireMessage>;

export const WireStatus = z.looseObject({
  id: z.string(),
  status: z.string(),
  errors: z
    .array(z.looseObject({ code: z.int() }))
    .default([])
    .catch([]),
});
export type WireStatus = z.infer<typeof WireStatus>;

/** What sending answers. */
export const WireSent = z.looseObject({
  messages: z.array(z.looseObject({ id: z.string().min(1) })).nonempty(),
});
