import { badRequest } from '../failure.ts';
import { checkWritable, type ChatState } from '../world.ts';
import {
  integerOf,
  type MethodCall,
  type MethodContext,
  type MethodResult,
  type MethodTable,
  textOf,
} from './method.ts';

/** Chats and their members. */
export const chatMethods: MethodTable = {
  getChat,
  getChatMember,
  getChatMemberCount,
  createForumTopic,
  leaveChat,
};

function getChat({ params }: MethodCall, { world }: MethodContext): MethodResult {
  const { chat } = world.findChat(params['chat_id']);
  return {
    result: {
      ...chat,
      accent_color_id: 0,
      max_reaction_count: 11,
      accepted_gift_types: {
        unlimited_gifts: true,
        limited_gifts: true,
        unique_gifts: true,
        premium_subscription: true,
        gifts_from_channels: true,
      },
    },
  };
}

function getChatMember({ params }: MethodCall, { world }: MethodContext): MethodResult {
  const chat = world.findChat(params['chat_id']);
  const user = world.users.get(integerOf(params['user_id']) ?? 0);
  if (user === undefined) throw badRequest('PARTICIPANT_ID_INVALID');
  return { result: { user, status: statusOf(chat, user.id, world.bot.id) } };
}

function statusOf(chat: ChatState, userId: number, botId: number): string {
  if (chat.chat.type === 'private') return 'member';
  if (userId === botId)
    return chat.barrier === 'kicked' ? 'kicked' : chat.botIsAdmin ? 'administrator' : 'member';
  return chat.members.has(userId) ? 'member' : 'left';
}

function getChatMemberCount({ params }: MethodCall, { world }: MethodContext): MethodResult {
  const chat = world.findChat(params['chat_id']);
  return { result: chat.chat.type === 'private' ? 2 : chat.members.size + 1 };
}

function createForumTopic({ params }: MethodCall, context: MethodContext): MethodResult {
  const chat = context.world.findChat(params['chat_id']);
  checkWritable(chat);
  if (chat.chat.is_forum !== true) throw badRequest('the chat is not a forum');
  const name = textOf(params['name']) ?? '';
  const message = context.world.addMessage(chat, { from: context.world.bot });
  chat.topics.set(message.id, name);
  message.deletedAt = context.now();
  return { result: { message_thread_id: message.id, name, icon_color: 7_322_096 } };
}

function leaveChat({ params }: MethodCall, { world }: MethodContext): MethodResult {
  const chat = world.findChat(params['chat_id']);
  if (chat.chat.type === 'private')
    throw badRequest("chat member status can't be changed in private chats");
  chat.barrier = 'kicked';
  return { result: true };
}
