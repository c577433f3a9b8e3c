import { Json } from '@cuttle/core-types';
import { z } from 'zod';
import { invalidForm } from './failure.ts';

/** Bodies as the API takes them, with its limits. https://discord.com/developers/docs/resources/message#create-message */

const snowflake = z.union([z.string().regex(/^\d{1,20}$/), z.int()]).transform(String);

export const Recipient = z.looseObject({ recipient_id: snowflake });

const Emoji = z.looseObject({ id: snowflake.nullish(), name: z.string().nullish() });

/** https://discord.com/developers/docs/components/reference#button */
const Button = z
  .looseObject({
    type: z.literal(2),
    style: z.int().min(1).max(6),
    label: z.string().max(80).nullish(),
    emoji: Emoji.nullish(),
    custom_id: z.string().min(1).max(100).nullish(),
    url: z.string().max(512).nullish(),
    disabled: z.boolean().nullish(),
  })
  .refine(({ style, custom_id: id, url }) => (style === 5 ? Boolean(url) && !id : Boolean(id)), {
    message: 'A custom id or url is required',
    path: ['custom_id'],
  })
  .refine(({ label, emoji }) => Boolean(label) || Boolean(emoji), {
    message: 'Label or emoji is required',
    path: ['label'],
  });

const Select = z.looseObject({
  type: z.union([z.literal(3), z.literal(5), z.literal(6), z.literal(7), z.literal(8)]),
  custom_id: z.string().min(1).max(100),
  options: z
    .array(z.looseObject({ label: z.string().max(100), value: z.string().max(100) }))
    .max(25)
    .nullish(),
});

const ActionRow = z.looseObject({
  type: z.literal(1),
  components: z
    .array(z.union([Button, Select]))
    .min(1)
    .max(5),
});

export const Components = z
  .array(ActionRow)
  .max(5)
  .superRefine((rows, context) => {
    const ids = rows.flatMap(({ components }) =>
      components.flatMap((component) => component.custom_id ?? []),
    );
    if (new Set(ids).size < ids.length)
      context.addIssue({ code: 'custom', message: 'Component custom id cannot be duplicated' });
  });

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const Embed = z.looseObject({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) }))
    .max(25)
    .nullish(),
});

/** https://discord.com/developers/docs/resources/message#allowed-mentions-object */
const AllowedMentions = z.looseObject({
  parse: z.array(z.enum(['users', 'roles', 'everyone'])).nullish(),
  users: z.array(snowflake).max(100).nullish(),
  roles: z.array(snowflake).max(100).nullish(),
  replied_user: z.boolean().nullish(),
});
export type AllowedMentions = z.infer<typeof AllowedMentions>;

/** Characters, not bytes or units. */
const Content = z.string().refine((content) => Array.from(content).length <= 2000, {
  message: 'Must be 2000 or fewer in length.',
});

export const MessageBody = z.looseObject({
  content: Content.nullish(),
  embeds: z.array(Embed).max(10).nullish(),
  components: Components.nullish(),
  allowed_mentions: AllowedMentions.nullish(),
  flags: z.int().nullish(),
  nonce: z.union([z.string().max(25), z.int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  message_reference: z
    .looseObject({
      message_id: snowflake,
      channel_id: snowflake.nullish(),
      fail_if_not_exists: z.boolean().nullish(),
    })
    .nullish(),
});
export type MessageBody = z.infer<typeof MessageBody>;

/** https://discord.com/developers/docs/interactions/application-commands#application-command-object */
const Option = z.looseObject({
  type: z.int().min(1).max(11),
  name: z.string().regex(/^[-_'\p{L}\p{N}]{1,32}$/u),
  description: z.string().min(1).max(100),
  required: z.boolean().nullish(),
});
export const Commands = z
  .array(
    z
      .looseObject({
        name: z.string().min(1).max(32),
        type: z.int().min(1).max(4).nullish(),
        description: z.string().max(100).nullish(),
        options: z.array(Option).max(25).nullish(),
        contexts: z.array(z.int().min(0).max(2)).nullish(),
      })
      // Those that are typed have a name in small letters and say what they do; those of a menu say nothing.
      .refine(
        ({ type, name }) =>
          (type ?? 1) !== 1 ||
          (/^[-_'\p{L}\p{N}]{1,32}$/u.test(name) && name === name.toLowerCase()),
        { message: 'Command name is invalid', path: ['name'] },
      )
      .refine(({ type, description }) => (type ?? 1) !== 1 || Boolean(description), {
        message: 'This field is required',
        path: ['description'],
      }),
  )
  .max(100);

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object */
export const Callback = z.object({
  type: z.union([
    z.literal(1),
    z.literal(4),
    z.literal(5),
    z.literal(6),
    z.literal(7),
    z.literal(8),
    z.literal(9),
  ]),
  data: z.record(z.string(), Json).nullish(),
});

export const ThreadBody = z.looseObject({
  name: z.string().min(1).max(100),
  type: z.int().nullish(),
  auto_archive_duration: z.int().nullish(),
  message: MessageBody.nullish(),
});

/** Parsed, or refused as the API refuses it: the first fault with its path. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: Json): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === 'number' ? key : String(key)));
  throw invalidForm(path, codeOf(issue), issue?.message ?? 'Invalid');
}

function codeOf(issue: z.core.$ZodIssue | undefined): string {
  const message = issue?.message ?? '';
  if (message.includes('fewer in length') || issue?.code === 'too_big')
    return 'BASE_TYPE_BAD_LENGTH';
  if (message.includes('duplicated')) return 'COMPONENT_CUSTOM_ID_DUPLICATED';
  if (message.includes('required')) return 'BASE_TYPE_REQUIRED';
  if (message.includes('Command name')) return 'APPLICATION_COMMAND_INVALID_NAME';
  return 'BASE_TYPE_CHOICES';
}
