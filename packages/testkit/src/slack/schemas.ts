import { Json } from '@cuttle/core-types';
import { z } from 'zod';
import { SlackFailure } from './failure.ts';

const visible = (most: number) =>
  z
    .string()
    .max(most, `must be less than ${most + 1} characters`)
    .refine((text) => /\S/.test(text), 'must be more than 0 characters');

const PlainText = (most: number) =>
  z.looseObject({ type: z.literal('plain_text'), text: visible(most) });
const AnyText = (most: number) =>
  z.looseObject({ type: z.enum(['plain_text', 'mrkdwn']), text: visible(most) });

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const Button = z.looseObject({
  type: z.literal('button'),
  text: PlainText(75),
  action_id: z.string().max(255).optional(),
  value: z.string().max(2000).optional(),
  url: z.url().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});
const Element = z.union([Button, z.looseObject({ type: z.enum(otherElements()) })]);

function otherElements() {
  return [
    'static_select',
    'external_select',
    'users_select',
    'conversations_select',
    'channels_select',
    'overflow',
    'datepicker',
    'timepicker',
    'checkboxes',
    'radio_buttons',
    'plain_text_input',
  ] as const;
}

const blockId = { block_id: z.string().max(255).optional() };

/** https://docs.slack.dev/reference/block-kit/blocks */
const Block = z.discriminatedUnion('type', [
  z
    .looseObject({
      ...blockId,
      type: z.literal('section'),
      text: AnyText(3000).optional(),
      fields: z.array(AnyText(2000)).min(1).max(10).optional(),
      accessory: Element.optional(),
    })
    .refine(({ text, fields }) => text ?? fields, 'must define either `text` or `fields`'),
  z.looseObject({
    ...blockId,
    type: z.literal('actions'),
    elements: z
      .array(Element)
      .min(1)
      .max(25, 'no more than 25 items allowed')
      .refine(hasOwnActionIds, 'action_id must be unique'),
  }),
  z.looseObject({
    ...blockId,
    type: z.literal('context'),
    elements: z
      .array(z.looseObject({ type: z.enum(['mrkdwn', 'plain_text', 'image']) }))
      .min(1)
      .max(10),
  }),
  z.looseObject({ ...blockId, type: z.literal('divider') }),
  z.looseObject({ ...blockId, type: z.literal('header'), text: PlainText(150) }),
  z.looseObject({
    ...blockId,
    type: z.literal('image'),
    alt_text: z.string().max(2000),
    image_url: z.url().max(3000).optional(),
    slack_file: z.looseObject({}).optional(),
  }),
  z.looseObject({ ...blockId, type: z.literal('input'), label: PlainText(2000), element: Element }),
  z.looseObject({ ...blockId, type: z.literal('markdown'), text: visible(12_000) }),
  z.looseObject({ ...blockId, type: z.literal('rich_text'), elements: z.array(Json) }),
]);

function hasOwnActionIds(elements: readonly object[]): boolean {
  const ids = elements.flatMap((one) => ('action_id' in one ? [one.action_id] : []));
  return new Set(ids).size === ids.length;
}

/** https://docs.slack.dev/reference/block-kit/blocks: 50 in a message, 100 in a dialog. */
export function checkBlocks(raw: unknown, most: number): Json[] {
  const blocks = z
    .array(Block)
    .max(most, `no more than ${most} items allowed`)
    .refine(hasOwnBlockIds, 'block_id must be unique')
    .safeParse(raw);
  if (!blocks.success) throw refusal('invalid_blocks', blocks.error, '/blocks');
  return z.array(Json).parse(raw);
}

function hasOwnBlockIds(blocks: readonly { block_id?: string | undefined }[]): boolean {
  const ids = blocks.flatMap(({ block_id: id }) => (id === undefined ? [] : [id]));
  return new Set(ids).size === ids.length;
}

/** https://docs.slack.dev/messaging/message-metadata */
const Metadata = z.strictObject({
  event_type: z.string().regex(/^[A-Za-z][\w.]{0,254}$/),
  event_payload: z.record(z.string(), Json),
});

export function checkMetadata(raw: unknown): Json {
  const parsed = Metadata.safeParse(raw);
  if (!parsed.success) throw refusal('invalid_metadata_format', parsed.error, '/metadata');
  return parsed.data;
}

/** Parses arguments; throws `invalid_arguments` with where and why. */
export function check<S extends z.ZodType>(schema: S, args: unknown): z.output<S> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  throw refusal('invalid_arguments', parsed.error, '');
}

function refusal(error: string, { issues }: z.ZodError, at: string): SlackFailure {
  const messages = issues
    .slice(0, 5)
    .map(({ message, path }) => `[ERROR] ${message} [json-pointer:${at}/${path.join('/')}]`);
  return new SlackFailure({ error, messages });
}

/** Form bodies hold every value as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((value) => value === true || value === 'true' || value === '1');
export const count = z.coerce.number().int().positive();
/** https://docs.slack.dev/messaging/retrieving-messages#individual_messages */
export const ts = z.string().regex(/^\d{10,11}\.\d{6}$/);
