import { z } from 'zod';
import { GraphFailure } from './failure.ts';

const unique = (key: 'id' | 'title') => (items: readonly { id: string; title: string }[]) =>
  new Set(items.map((item) => item[key])).size === items.length;
const trimmed = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => text.trim() === text, 'no spaces around');
const visible = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => /\S/.test(text), 'not empty');

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages */
const Buttons = z.looseObject({
  type: z.literal('button'),
  body: z.looseObject({ text: visible(1024) }),
  action: z.looseObject({
    buttons: z
      .array(
        z.looseObject({
          type: z.literal('reply'),
          reply: z.looseObject({ id: trimmed(256), title: visible(20) }),
        }),
      )
      .min(1)
      .max(3)
      .refine((all) => unique('id')(all.map(({ reply }) => reply)), 'ids are unique')
      .refine((all) => unique('title')(all.map(({ reply }) => reply)), 'titles are unique'),
  }),
});

const Row = z.looseObject({
  id: trimmed(200),
  title: visible(24),
  description: z.string().max(72).optional(),
});

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages */
const List = z.looseObject({
  type: z.literal('list'),
  body: z.looseObject({ text: visible(4096) }),
  action: z.looseObject({
    button: visible(20),
    sections: z
      .array(
        z.looseObject({ title: z.string().max(24).optional(), rows: z.array(Row).min(1).max(10) }),
      )
      .min(1)
      .max(10)
      .refine((all) => all.length === 1 || all.every(({ title }) => title), 'sections have titles')
      .refine((all) => all.flatMap(({ rows }) => rows).length <= 10, 'at most ten rows')
      .refine((all) => unique('id')(all.flatMap(({ rows }) => rows)), 'ids are unique'),
  }),
});

const Media = z.looseObject({
  id: z.string().optional(),
  link: z.url().optional(),
  caption: z.string().max(1024).optional(),
  filename: z.string().optional(),
});

const common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: z.string().regex(/^\+?\d{6,15}$/),
  context: z.looseObject({ message_id: z.string().startsWith('wamid.') }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
};

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api */
const Outgoing = z.discriminatedUnion('type', [
  z.looseObject({
    ...common,
    type: z.literal('text'),
    text: z.looseObject({ body: visible(4096), preview_url: z.boolean().optional() }),
  }),
  z.looseObject({
    ...common,
    type: z.literal('interactive'),
    interactive: z.discriminatedUnion('type', [Buttons, List]),
  }),
  z.looseObject({
    ...common,
    type: z.literal('reaction'),
    reaction: z.looseObject({ message_id: z.string().startsWith('wamid.'), emoji: z.string() }),
  }),
  z.looseObject({ ...common, type: z.literal('image'), image: Media }),
  z.looseObject({ ...common, type: z.literal('audio'), audio: Media }),
  z.looseObject({ ...common, type: z.literal('video'), video: Media }),
  z.looseObject({ ...common, type: z.literal('sticker'), sticker: Media }),
  z.looseObject({ ...common, type: z.literal('document'), document: Media }),
  z.looseObject({
    ...common,
    type: z.literal('template'),
    template: z.looseObject({
      name: z.string().min(1),
      language: z.looseObject({ code: z.string().min(2) }),
    }),
  }),
]);
export type Outgoing = z.infer<typeof Outgoing>;

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators/ */
const MarkRead = z.looseObject({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string().startsWith('wamid.'),
  typing_indicator: z.looseObject({ type: z.literal('text') }).optional(),
});
export type MarkRead = z.infer<typeof MarkRead>;

const Configuration = z.looseObject({
  webhook_configuration: z.looseObject({
    override_callback_uri: z.string(),
    verify_token: z.string().optional(),
  }),
});
export type Configuration = z.infer<typeof Configuration>;

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/conversational-components */
const Automation = z.looseObject({
  commands: z
    .array(
      z.looseObject({
        command_name: z
          .string()
          .min(1)
          .max(32)
          .regex(/^[^\s\p{Extended_Pictographic}]+$/u),
        command_description: z.string().min(1).max(256),
      }),
    )
    .max(30)
    .optional(),
});
export type Automation = z.infer<typeof Automation>;

export const parseOutgoing = (body: unknown): Outgoing => check(Outgoing, body);
export const parseMarkRead = (body: unknown): MarkRead => check(MarkRead, body);
export const parseConfiguration = (body: unknown): Configuration => check(Configuration, body);
export const parseAutomation = (body: unknown): Automation => check(Automation, body);

function check<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const at = issue?.path.join('.') ?? '';
  throw new GraphFailure({ code: 131_009, details: `${at}: ${issue?.message ?? 'not valid'}` });
}
