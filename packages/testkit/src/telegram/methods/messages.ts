import { badRequest } from '../failure.ts';
import { type ChatState, checkWritable, type StoredMessage } from '../world.ts';
import {
  arrayOf,
  integerOf,
  type MethodCall,
  type MethodContext,
  type MethodResult,
  type MethodTable,
  textOf,
} from './method.ts';
import { countVisible, readMarkup, readPlace, readText } from './outgoing.ts';
import { reactionEmoji } from './reaction-emoji.ts';

/** https://core.telegram.org/bots/api#available-methods and #updating-messages */
export const messageMethods: MethodTable = {
  sendMessage,
  sendMessageDraft,
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
  sendChatAction,
  setMessageReaction,
  pinChatMessage,
  unpinChatMessage,
};

function sendMessage(call: MethodCall, context: MethodContext): MethodResult {
  const text = readText(call, context, 'text');
  const place = readPlace(call, context);
  if (text.text === '') throw badRequest('message text is empty');
  countVisible(place.chat, context);
  const { world } = context;
  const message = world.addMessage(place.chat, { ...place, from: world.bot, text });
  return { result: world.toWire(message) };
}

/** Shown for thirty seconds in a private chat, kept nowhere. https://core.telegram.org/bots/api#sendmessagedraft */
function sendMessageDraft(call: MethodCall, context: MethodContext): MethodResult {
  const text = readText(call, context, 'text');
  const chat = context.world.findChat(call.params['chat_id']);
  checkWritable(chat);
  if (chat.chat.type !== 'private') throw badRequest('method is available only for private chats');
  const draftId = integerOf(call.params['draft_id']) ?? 0;
  if (draftId === 0) throw badRequest('draft identifier must be non-zero');
  countVisible(chat, context);
  const draft = { draftId, text: text.text, entities: text.entities, at: context.now() };
  chat.drafts.set(draftId, draft);
  chat.draftLog.push(draft);
  return { result: true };
}

function editMessageText(call: MethodCall, context: MethodContext): MethodResult {
  const text = readText(call, context, 'text');
  const message = findOwn(call, context, 'edit');
  if (message.media !== undefined) throw badRequest('there is no text in the message to edit');
  if (text.text === '') throw badRequest('message text is empty');
  return edit({ call, context, message, text });
}

function editMessageCaption(call: MethodCall, context: MethodContext): MethodResult {
  const text = readText(call, context, 'caption');
  const message = findOwn(call, context, 'edit');
  if (message.media === undefined) throw badRequest('there is no caption in the message to edit');
  return edit({ call, context, message, text });
}

function editMessageReplyMarkup(call: MethodCall, context: MethodContext): MethodResult {
  const message = findOwn(call, context, 'edit');
  return edit({ call, context, message, text: message });
}

function edit(made: {
  call: MethodCall;
  context: MethodContext;
  message: StoredMessage;
  text: Pick<StoredMessage, 'text' | 'entities'>;
}): MethodResult {
  const { context, message, text } = made;
  const replyMarkup = readMarkup(made.call.params['reply_markup']);
  const before = JSON.stringify([message.text, message.entities, message.replyMarkup]);
  if (before === JSON.stringify([text.text, text.entities, replyMarkup]))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  countVisible(context.world.findChat(message.chatId), context);
  context.world.edit(message, { text: text.text, entities: text.entities }, replyMarkup);
  return { result: context.world.toWire(message) };
}

function findOwn(call: MethodCall, context: MethodContext, act: 'edit' | 'delete'): StoredMessage {
  const messageId = integerOf(call.params['message_id']);
  if (call.params['chat_id'] === undefined || messageId === undefined)
    throw badRequest('message identifier is not specified');
  const chat = context.world.findChat(call.params['chat_id']);
  if (chat.barrier === 'kicked') checkWritable(chat);
  const message = chat.messages.get(messageId);
  if (message === undefined || message.deletedAt !== undefined)
    throw badRequest(`message to ${act} not found`);
  if (
    message.from.id !== context.world.bot.id &&
    !(act === 'delete' && (chat.chat.type === 'private' || chat.botIsAdmin))
  )
    throw badRequest(`message can't be ${act}${act === 'edit' ? 'ed' : 'd'}`);
  return message;
}

function deleteMessage(call: MethodCall, context: MethodContext): MethodResult {
  findOwn(call, context, 'delete').deletedAt = context.now();
  return { result: true };
}

/** Messages that are not found are skipped. https://core.telegram.org/bots/api#deletemessages */
function deleteMessages({ params }: MethodCall, context: MethodContext): MethodResult {
  const chat = context.world.findChat(params['chat_id']);
  const ids = arrayOf(params['message_ids']);
  if (ids.length === 0 || ids.length > 100)
    throw badRequest('message identifiers are not specified');
  for (const id of ids) {
    const message = chat.messages.get(integerOf(id) ?? 0);
    if (message !== undefined && message.deletedAt === undefined) message.deletedAt = context.now();
  }
  return { result: true };
}

const chatActions = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
  'cancel',
]);

function sendChatAction({ params }: MethodCall, context: MethodContext): MethodResult {
  const chat = context.world.findChat(params['chat_id']);
  const action = textOf(params['action']) ?? '';
  if (!chatActions.has(action)) throw badRequest('wrong parameter action in request');
  checkWritable(chat);
  chat.actions.push({
    action,
    threadId: integerOf(params['message_thread_id']),
    at: context.now(),
  });
  return { result: true };
}

/** https://core.telegram.org/bots/api#pinchatmessage */
function pinChatMessage({ params }: MethodCall, context: MethodContext): MethodResult {
  const chat = pinnable(context.world.findChat(params['chat_id']));
  const message = chat.messages.get(integerOf(params['message_id']) ?? 0);
  if (message === undefined || message.deletedAt !== undefined)
    throw badRequest('message to pin not found');
  chat.pinned.delete(message.id);
  chat.pinned.add(message.id);
  return { result: true };
}

function unpinChatMessage({ params }: MethodCall, context: MethodContext): MethodResult {
  const chat = pinnable(context.world.findChat(params['chat_id']));
  const id = integerOf(params['message_id']) ?? [...chat.pinned].at(-1) ?? 0;
  if (!chat.pinned.delete(id)) throw badRequest('message to unpin not found');
  return { result: true };
}

function pinnable(chat: ChatState): ChatState {
  checkWritable(chat);
  if (chat.chat.type !== 'private' && !chat.botIsAdmin)
    throw badRequest('not enough rights to manage pinned messages in the chat');
  return chat;
}

function setMessageReaction({ params }: MethodCall, context: MethodContext): MethodResult {
  const chat = context.world.findChat(params['chat_id']);
  checkWritable(chat);
  const message = chat.messages.get(integerOf(params['message_id']) ?? 0);
  if (message === undefined || message.deletedAt !== undefined)
    throw badRequest('message to react not found');
  const reactions = arrayOf(params['reaction']);
  if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  for (const reaction of reactions) checkReaction(reaction);
  message.reactions = reactions;
  return { result: true };
}

function checkReaction(reaction: unknown): void {
  const emoji =
    typeof reaction === 'object' && reaction !== null && 'emoji' in reaction
      ? reaction.emoji
      : undefined;
  if (typeof emoji !== 'string' || !reactionEmoji.has(emoji)) throw badRequest('REACTION_INVALID');
}
