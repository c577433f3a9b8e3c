import { badRequest } from '../failure.ts';
import {
  arrayOf,
  fieldOf,
  integerOf,
  type MethodCall,
  type MethodContext,
  type MethodResult,
  type MethodTable,
  textOf,
} from './method.ts';

/** The bot itself: who it is, its commands, its answers to buttons. */
export const accountMethods: MethodTable = {
  getMe,
  logOut: () => ({ result: true }),
  close: () => ({ result: true }),
  setMyCommands,
  getMyCommands,
  deleteMyCommands,
  answerCallbackQuery,
};

function getMe(_call: MethodCall, { world }: MethodContext): MethodResult {
  return { result: world.bot };
}

/** https://core.telegram.org/bots/api#setmycommands */
function setMyCommands({ params }: MethodCall, { state }: MethodContext): MethodResult {
  const commands = arrayOf(params['commands']).map(toCommand);
  if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  state.commands.set(scopeOf(params), commands);
  return { result: true };
}

function toCommand(value: unknown): { command: string; description: string } {
  const command = (textOf(fieldOf(value, 'command')) ?? '').replace(/^\//, '');
  const description = (textOf(fieldOf(value, 'description')) ?? '').trim();
  if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
  if (description === '' || description.length > 256)
    throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  return { command, description };
}

function getMyCommands({ params }: MethodCall, { state }: MethodContext): MethodResult {
  return { result: state.commands.get(scopeOf(params)) ?? [] };
}

function deleteMyCommands({ params }: MethodCall, { state }: MethodContext): MethodResult {
  state.commands.delete(scopeOf(params));
  return { result: true };
}

function scopeOf(params: MethodCall['params']): string {
  const scope = params['scope'];
  const type = textOf(fieldOf(scope, 'type')) ?? 'default';
  const chat = fieldOf(scope, 'chat_id');
  const user = integerOf(fieldOf(scope, 'user_id'));
  return JSON.stringify([type, chat ?? null, user ?? null, textOf(params['language_code']) ?? '']);
}

function answerCallbackQuery({ params }: MethodCall, { state }: MethodContext): MethodResult {
  const query = state.callbacks.get(textOf(params['callback_query_id']) ?? '');
  if (query === undefined)
    throw badRequest('query is too old and response timeout expired or query ID is invalid');
  if ((textOf(params['text'])?.length ?? 0) > 200) throw badRequest('MESSAGE_TOO_LONG');
  query.answer ??= params;
  return { result: true };
}
