import { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Answer, OutboundFile, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { type RenderedPart, renderMarkdown, renderPreview } from '../markdown/dialect.ts';
import { slackDialect } from '../markdown/slack-dialect.ts';
import { isVisible } from '../markdown/split-rich-text.ts';
import type { CardBlock } from './actions.ts';
import { onlyFor } from './decode.ts';
import { Ts } from './target.ts';

/** The body of an outbound row: one message, ready to be sent. */
const SlackPayload = z.object({
  v: z.literal(1),
  /** Empty only where there are files. */
  body: z.string(),
  /** For when the words are refused, where it says more than the row's text. */
  plain: z.string().exactOptional(),
  /** The only person who is to see it. */
  onlyFor: z.string().exactOptional(),
  buttons: z.array(z.array(z.object({ label: z.string(), token: z.string() }))).exactOptional(),
  /** Blocks as Slack takes them. */
  blocks: z.array(Json).exactOptional(),
  /** How many files the part has. */
  files: z.int().positive().exactOptional(),
});
type SlackPayload = z.infer<typeof SlackPayload>;

/**
 * An answer as messages. The buttons go with the last of the words, files behind them, under a few words in one message; what
 * the system says to a slash command only its giver sees.
 */
export function encodeAnswer(answer: Answer): readonly OutboundPart[] {
  const words = renderMarkdown(answer.text, slackDialect);
  const buttons = encodeButtons(answer.buttons);
  if (words.length === 0 && buttons !== undefined) words.push(placeholderText());
  const groups = toGroups(answer.files ?? []);
  const isCaption = groups.length > 0 && words.length === 1 && buttons === undefined;
  const caption = isCaption ? words.pop() : undefined;
  const eyes = answer.notice === undefined ? undefined : personIn(answer.replyTo);
  return [
    ...words.map((part, index) =>
      toPart(part, {
        ...(eyes !== undefined && { onlyFor: eyes }),
        ...(index === words.length - 1 && buttons !== undefined && { buttons }),
      }),
    ),
    ...groups.map((files, index) => ({
      ...toPart((index === 0 ? caption : undefined) ?? { text: '', body: '', plain: '' }, {
        files: files.length,
      }),
      files,
    })),
  ];
}

/** As many as people can put into one message. */
const mostFiles = 10;
/** Slack takes a gigabyte; this much is held in memory. */
export const maxUploadBytes = 50 * 1024 * 1024;

function toGroups(files: readonly OutboundFile[]): OutboundFile[][] {
  const groups: OutboundFile[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    const bytes = (last ?? []).reduce((sum, one) => sum + one.bytes, file.bytes);
    if (last && last.length < mostFiles && bytes <= maxUploadBytes) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

/** Words that only one person is shown. */
export function toOnePerson(text: string, personId: string): Answer {
  return { text, notice: 'ephemeral', replyTo: `${onlyFor}${personId}` };
}

function personIn(replyTo = ''): string | undefined {
  return replyTo.startsWith(onlyFor) ? replyTo.slice(onlyFor.length) : undefined;
}

export function encodePlaceholder(): OutboundPart {
  return toPart(placeholderText(), {});
}

/** The beginning of an unfinished answer: as much as its first message will hold. */
export function encodePreview(text: string): OutboundPart {
  return toPart(renderPreview(text, slackDialect) ?? placeholderText(), {});
}

function placeholderText(): RenderedPart {
  const text = textFor('outbound.placeholder');
  return { text, body: text, plain: text };
}

function toPart(
  { text, body, plain }: RenderedPart,
  extra: Pick<SlackPayload, 'buttons' | 'onlyFor' | 'files'>,
): OutboundPart {
  const fallback = plain === text ? {} : { plain };
  return { v: 1, text, payload: { v: 1, body, ...fallback, ...extra } };
}

/** A message made of blocks; `text` is for notifications. */
export function encodeCard(text: string, blocks: readonly CardBlock[]): OutboundPart {
  const body = escapeWords(text);
  return { v: 1, text, payload: { v: 1, body, blocks: blocks.map(toBlock) } };
}

function toBlock(block: CardBlock): Json {
  switch (block.type) {
    case 'header':
      return { type: 'header', text: { type: 'plain_text', text: block.text } };
    case 'section': {
      const fields = block.fields && { fields: block.fields.map(toMrkdwn) };
      return { type: 'section', text: toMrkdwn(block.text), ...fields };
    }
    case 'context':
      return { type: 'context', elements: block.texts.map(toMrkdwn) };
    case 'image':
      return { type: 'image', image_url: block.url, alt_text: block.alt };
    case 'divider':
      return { type: 'divider' };
  }
}

/** Nobody is called by what a model writes: `<!channel>` and `<@U…>` stay words. */
function toMrkdwn(text: string): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text: text.replaceAll(/<(?=[!@#])/g, '&lt;') };
}

/** Limits of a button, of a row and of a message. https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const most = { label: 75, token: 2000, row: 25, rows: 20 };

/** Buttons Slack would refuse are left out: a token that is too long or there already, a label without a letter. */
function encodeButtons(rows: Answer['buttons']): SlackPayload['buttons'] {
  const seen = new Set<string>();
  const isGood = ({ label, token }: { label: string; token: string }): boolean => {
    if (!isVisible(label) || token === '' || token.length > most.token || seen.has(token))
      return false;
    seen.add(token);
    return true;
  };
  const kept = (rows ?? [])
    .map((row) =>
      row
        .filter(isGood)
        .map(({ label, token }) => ({
          label: label.slice(0, most.label).toWellFormed(),
          token: token.toWellFormed(),
        }))
        .slice(0, most.row),
    )
    .filter((row) => row.length > 0)
    .slice(0, most.rows);
  return kept.length === 0 ? undefined : kept;
}

/** The words over files; undefined where a part has none. Throws `channel.invalid` where their bytes are missing. */
export function encodeComment({ part, marked, files: sent = [] }: SendRequest): string | undefined {
  const { body, files = 0 } = parsePayload(part);
  if (files !== sent.length)
    throw new CuttleError('channel.invalid', 'The files of this message are not at hand.');
  if (files === 0) return undefined;
  return `${marked === true ? `${textFor('outbound.marked')}\n` : ''}${body}`.trim();
}

export interface EncodedMessage {
  /** Arguments of `chat.postMessage`, `chat.postEphemeral` and `chat.update` alike. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly onlyFor: string | undefined;
}

/** The words of a message; `plain` is the fallback for a form that was refused. https://docs.slack.dev/reference/methods/chat.postMessage */
export function encodeMessage(
  { part, marked }: SendRequest,
  words: 'styled' | 'plain',
): EncodedMessage {
  const { body, plain = part.text, buttons, blocks, onlyFor: eyes } = parsePayload(part);
  const mark = marked === true ? `${textFor('outbound.marked')}\n` : '';
  const isStyled = words === 'styled';
  const text = `${mark}${isStyled ? body : escapeWords(plain)}`;
  return {
    onlyFor: eyes,
    content: {
      text,
      mrkdwn: isStyled,
      // An edit takes the buttons away where there are none.
      blocks: isStyled ? (blocks ?? encodeBlocks(text, buttons)) : [],
      unfurl_links: false,
      unfurl_media: false,
    },
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeWords(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** https://docs.slack.dev/reference/block-kit/blocks/actions-block */
function encodeBlocks(text: string, buttons: SlackPayload['buttons']): readonly object[] {
  if (buttons === undefined) return [];
  const section = { type: 'section', text: { type: 'mrkdwn', text } };
  const rows = buttons.map((row, at) => ({
    type: 'actions',
    elements: row.map(({ label, token }, index) => ({
      type: 'button',
      action_id: `cuttle-${at}-${index}`,
      text: { type: 'plain_text', text: label, emoji: false },
      value: token,
    })),
  }));
  return [section, ...rows];
}

function parsePayload(part: OutboundPart): SlackPayload {
  const parsed = SlackPayload.safeParse(part.payload);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This row was not rendered for Slack.', {
    cause: parsed.error,
  });
}

/** A message can be edited or deleted only by its time. */
export function messageIdOf({ kind, receipt }: SendRequest): string {
  const ts = Ts.safeParse(receipt?.messageId);
  if (!ts.success) throw new TypeError(`To ${kind} a message its receipt is needed`);
  return ts.data;
}
