import { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Answer, OutboundFile, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { type RenderedPart, renderMarkdown, renderPreview } from '../markdown/dialect.ts';
import { discordDialect } from '../markdown/discord-dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import { isSnowflake } from './snowflake.ts';

/** The body of an outbound row: one message, ready to be sent. */
const DiscordPayload = z.object({
  v: z.literal(1),
  content: z.string(),
  /** For when the words are refused, where it says more than the row's text. */
  plain: z.string().exactOptional(),
  replyTo: z.string().exactOptional(),
  buttons: z.array(z.array(z.object({ label: z.string(), token: z.string() }))).exactOptional(),
  /** Cards, as Discord takes them. */
  embeds: z.array(Json).exactOptional(),
  /** How many files the part has. */
  files: z.int().positive().exactOptional(),
});
type DiscordPayload = z.infer<typeof DiscordPayload>;

/** An answer as messages. The quote goes with the first, the buttons with the last of the words, and with it as many files as one message takes. */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const words = renderMarkdown(answer.text, discordDialect);
  const buttons = encodeButtons(answer.buttons);
  if (words.length === 0 && buttons !== undefined) words.push(placeholderText());
  const replyTo = toMessageId(answer.replyTo);
  const last = words.length - 1;
  const groups = toGroups(answer.files ?? []);
  const parts = words.map((part, index) =>
    toPart(
      part,
      { ...(index === last && buttons !== undefined && { buttons }) },
      index === last ? groups.shift() : undefined,
    ),
  );
  parts.push(...groups.map((files) => toPart({ text: '', body: '', plain: '' }, {}, files)));
  return parts.map((part, index) =>
    index === 0 && replyTo !== undefined
      ? { ...part, payload: { ...parsePayload(part), replyTo } }
      : part,
  );
}

/** https://discord.com/developers/docs/resources/message#create-message */
const mostFiles = 10;
/** What every server takes. https://discord.com/developers/docs/reference#uploading-files */
export const maxUploadBytes = 10 * 1024 * 1024;
/** "A maximum request size of 25 MiB". */
const maxRequestBytes = 24 * 1024 * 1024;

interface Embed {
  readonly title: string;
  readonly description: string;
  readonly url?: string | undefined;
  readonly colour?: string | undefined;
  readonly fields: readonly {
    readonly name: string;
    readonly value: string;
    readonly inline: boolean;
  }[];
  readonly image?: string | undefined;
  readonly footer: string;
}

/** "The combined sum of characters … must not exceed 6000". https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const maxEmbed = 6000;

/** A card as a message of its own. Throws `tool.failed` for one that Discord refuses. */
export function encodeEmbed(embed: Embed): OutboundPart {
  const { title, description, url, colour, fields, image, footer } = embed;
  const words = [title, description, footer, ...fields.flatMap(({ name, value }) => [name, value])];
  const text = words.filter((one) => one.trim() !== '').join('\n');
  if (text === '' && image === undefined)
    throw new CuttleError('tool.failed', 'There is nothing to see in it.');
  if (text.length > maxEmbed)
    throw new CuttleError('tool.failed', `A card has at most ${maxEmbed} characters in all.`);
  const card = {
    ...(title !== '' && { title }),
    ...(description !== '' && { description }),
    ...(url !== undefined && { url }),
    ...(colour !== undefined && { color: Number.parseInt(colour.slice(1), 16) }),
    ...(fields.length > 0 && { fields: [...fields] }),
    ...(image !== undefined && { image: { url: image } }),
    ...(footer !== '' && { footer: { text: footer } }),
  };
  return { v: 1, text, payload: { v: 1, content: '', embeds: [card] } };
}

/** Files that go out with one message each. */
function toGroups(files: readonly OutboundFile[]): OutboundFile[][] {
  const groups: OutboundFile[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    const bytes = (last ?? []).reduce((sum, one) => sum + one.bytes, file.bytes);
    if (last && last.length < mostFiles && bytes <= maxRequestBytes) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

export function encodePlaceholder(replyTo?: string): OutboundPart {
  const id = toMessageId(replyTo);
  return toPart(placeholderText(), id === undefined ? {} : { replyTo: id });
}

/** The beginning of an unfinished answer: as much as its first message will hold. */
export function encodePreview(text: string): OutboundPart {
  return toPart(renderPreview(text, discordDialect) ?? placeholderText(), {});
}

function placeholderText(): RenderedPart {
  const text = textFor('outbound.placeholder');
  return { text, body: text, plain: text };
}

function toPart(
  { text, body, plain }: RenderedPart,
  extra: Pick<DiscordPayload, 'replyTo' | 'buttons'>,
  files?: readonly OutboundFile[],
): OutboundPart {
  const fallback = plain === text ? {} : { plain };
  const payload = { v: 1, content: body, ...fallback, ...extra };
  return files
    ? { v: 1, text, payload: { ...payload, files: files.length }, files }
    : { v: 1, text, payload };
}

function toMessageId(id: string | undefined): string | undefined {
  return id !== undefined && /^\d{1,20}$/.test(id) ? id : undefined;
}

/** Buttons Discord would refuse are left out: a token of more than 100 characters or one that is there already, a label without a letter. */
function encodeButtons(rows: Answer['buttons']): DiscordPayload['buttons'] {
  const seen = new Set<string>();
  const kept = (rows ?? [])
    .map((row) =>
      row
        .filter(({ label, token }) => {
          const isGood =
            isVisible(label) && token !== '' && token.length <= 100 && !seen.has(token);
          if (isGood) seen.add(token);
          return isGood;
        })
        .map(({ label, token }) => ({
          label: label.toWellFormed().slice(0, 80),
          token: token.toWellFormed(),
        }))
        .slice(0, 5),
    )
    .filter((row) => row.length > 0)
    .slice(0, 5);
  return kept.length === 0 ? undefined : kept;
}

/** The body of a message; `plain` is the fallback for words that were refused. https://discord.com/developers/docs/resources/message#create-message */
export function encodeMessage(
  request: SendRequest,
  words: 'styled' | 'plain',
): Readonly<Record<string, unknown>> {
  const { part, marked, kind } = request;
  const payload = parsePayload(part);
  const { content, plain = part.text, buttons, embeds } = payload;
  const mark = marked === true ? `${textFor('outbound.marked')}\n` : '';
  const isNew = kind === 'send' || kind === 'open';
  return {
    content: `${mark}${words === 'styled' ? content : plain}`,
    // Nobody is called by what a model writes; whoever is answered hears of it.
    allowed_mentions: { parse: [], replied_user: true },
    ...(embeds && { embeds }),
    // An edit takes the buttons away where there are none.
    components: encodeRows(buttons),
    ...(isNew && encodeNew(request, payload)),
  };
}

/** What only a message has that comes to be. */
function encodeNew(
  { files: sent }: SendRequest,
  { replyTo, files = 0, embeds }: DiscordPayload,
): object {
  if (files !== (sent ?? []).length)
    throw new CuttleError('channel.invalid', 'The files of this message are not at hand.');
  return {
    // It hides cards, too.
    ...(!embeds && { flags: suppressEmbeds }),
    ...(sent && { attachments: sent.map(({ name }, id) => ({ id, filename: name })) }),
    ...(replyTo !== undefined && {
      message_reference: { message_id: replyTo, fail_if_not_exists: false },
    }),
  };
}

/** No preview of the links in an answer. https://discord.com/developers/docs/resources/message#message-object-message-flags */
const suppressEmbeds = 1 << 2;

/** https://discord.com/developers/docs/components/reference#button */
function encodeRows(buttons: DiscordPayload['buttons'] = []): readonly object[] {
  return buttons.map((row) => ({
    type: 1,
    components: row.map(({ label, token }) => ({ type: 2, style: 2, label, custom_id: token })),
  }));
}

/** At most 25 characters, the same for a row however often it is sent. https://discord.com/developers/docs/resources/message#create-message-jsonform-params */
export async function toNonce(idempotencyKey: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(idempotencyKey));
  return Buffer.from(hash).toString('base64url').slice(0, 24);
}

function parsePayload(part: OutboundPart): DiscordPayload {
  const parsed = DiscordPayload.safeParse(part.payload);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for Discord.', {
    cause: parsed.error,
  });
}

/** A message can be edited or deleted only by its id. */
export function messageIdOf({ kind, receipt }: SendRequest): string {
  const id = receipt?.messageId;
  if (id === undefined || !isSnowflake(id))
    throw new TypeError(`To ${kind} a message its receipt is needed`);
  return id;
}
