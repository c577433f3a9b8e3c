import { badRequest } from '../failure.ts';
import { toCheckedLink } from '../link.ts';
import { type FormattedText, parseText } from '../parse-text.ts';
import type { WireEntity } from '../wire.ts';
import { checkWritable, type ChatState } from '../world.ts';
import {
  arrayOf,
  fieldOf,
  integerOf,
  type MethodCall,
  type MethodContext,
  textOf,
} from './method.ts';

/** Text or caption of a call, parsed; the limits count UTF-16 units after parsing. */
export function readText(
  { params }: MethodCall,
  context: MethodContext,
  field: 'text' | 'caption',
): FormattedText {
  const entities = params[field === 'text' ? 'entities' : 'caption_entities'];
  const parsed = parseText(
    {
      text: textOf(params[field]) ?? '',
      parseMode: textOf(params['parse_mode']),
      // Validation proved the shape.
      entities: entities as readonly WireEntity[] | undefined,
    },
    (id) => context.world.users.get(id),
  );
  if (field === 'text' && parsed.text.length > 4096) throw badRequest('message is too long');
  if (field === 'caption' && parsed.text.length > 1024)
    throw badRequest('message caption is too long');
  return parsed;
}

export interface Place {
  readonly chat: ChatState;
  readonly threadId: number | undefined;
  readonly isTopic: boolean;
  readonly replyTo: number | undefined;
  readonly replyMarkup: unknown;
}

/** Where a new message goes, checked in the order of the real server: chat, rights, thread, reply, keyboard. */
export function readPlace({ params }: MethodCall, context: MethodContext): Place {
  const chat = context.world.findChat(params['chat_id']);
  checkWritable(chat);
  const replyTo = readReply(chat, params['reply_parameters']);
  const asked = integerOf(params['message_thread_id']);
  if (asked !== undefined) checkThread(chat, asked);
  const inherited = replyTo === undefined ? undefined : chat.messages.get(replyTo);
  const threadId = asked ?? (inherited?.isTopic === true ? inherited.threadId : undefined);
  const isTopic = threadId !== undefined && chat.topics.has(threadId);
  return { chat, threadId, isTopic, replyTo, replyMarkup: readMarkup(params['reply_markup']) };
}

/** Counts the call against the limits, once nothing else can refuse it. */
export function countVisible(chat: ChatState, context: MethodContext): void {
  context.limiter?.count(chat.chat.id);
}

function checkThread(chat: ChatState, threadId: number): void {
  const known =
    chat.chat.is_forum === true ? chat.topics.has(threadId) : chat.messages.has(threadId);
  if (!known || chat.chat.type !== 'supergroup') throw badRequest('message thread not found');
}

function readReply(chat: ChatState, parameters: unknown): number | undefined {
  if (parameters === undefined) return undefined;
  const id = integerOf(fieldOf(parameters, 'message_id'));
  const message = id === undefined ? undefined : chat.messages.get(id);
  if (message !== undefined && message.deletedAt === undefined) return message.id;
  if (fieldOf(parameters, 'allow_sending_without_reply') === true) return undefined;
  throw badRequest('message to be replied not found');
}

/** Checks an inline keyboard; other keyboards are kept as they are. https://core.telegram.org/bots/api#inlinekeyboardbutton */
export function readMarkup(markup: unknown): unknown {
  for (const row of arrayOf(fieldOf(markup, 'inline_keyboard')))
    for (const button of arrayOf(row)) checkButton(button);
  return markup;
}

const buttonActions = [
  'url',
  'callback_data',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
];

function checkButton(button: unknown): void {
  if (buttonActions.every((action) => fieldOf(button, action) === undefined))
    throw badRequest(
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    );
  const data = textOf(fieldOf(button, 'callback_data'));
  if (data !== undefined && (data === '' || Buffer.byteLength(data) > 64))
    throw badRequest('BUTTON_DATA_INVALID');
  const url = textOf(fieldOf(button, 'url'));
  if (url !== undefined && toCheckedLink(url) === undefined)
    throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
}
