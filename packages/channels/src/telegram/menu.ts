import type { MenuCommand } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import type { TelegramApi } from './api.ts';

/** The list behind the button beside the message box: everybody's, and a longer one in the chats of those who are shown more, in each language that has one. https://core.telegram.org/bots/api#setmycommands */
export async function publishMenu(
  { api, log }: { readonly api: Pick<TelegramApi, 'call'> } & Pick<ChannelDeps, 'log'>,
  commands: readonly MenuCommand[],
  signal: AbortSignal,
): Promise<void> {
  const languages = [undefined, ...languagesOf(commands)];
  const forAll = commands.filter(({ onlyFor }) => onlyFor === undefined);
  for (const language of languages)
    await api.call('setMyCommands', toParams(forAll, { language }), signal);
  for (const person of peopleOf(commands)) {
    const own = commands.filter(({ onlyFor }) => onlyFor === undefined || onlyFor.includes(person));
    try {
      for (const language of languages)
        await api.call('setMyCommands', toParams(own, { language, person }), signal);
    } catch (error) {
      signal.throwIfAborted();
      // Who never wrote to the bot has no chat with it yet.
      log.debug('The menu of one person could not be published.', { error });
    }
  }
}

function languagesOf(commands: readonly MenuCommand[]): readonly string[] {
  const codes = commands.flatMap(({ descriptions = {} }) => Object.keys(descriptions));
  return [...new Set(codes)].filter((code) => /^[a-z]{2}$/.test(code)).toSorted();
}

/** A private chat has the id of its person. */
function peopleOf(commands: readonly MenuCommand[]): readonly string[] {
  const people = commands.flatMap(({ onlyFor = [] }) => onlyFor);
  return [...new Set(people)].filter((id) => /^\d{1,16}$/.test(id));
}

const mostCommands = 100;
const mostChars = 256;

function toParams(
  commands: readonly MenuCommand[],
  { language, person }: { readonly language?: string | undefined; readonly person?: string },
): Record<string, unknown> {
  const rows = commands
    .map(({ name, description, descriptions }) => ({
      command: name.toLowerCase(),
      description: ((language && descriptions?.[language]) ?? description)
        .trim()
        .slice(0, mostChars),
    }))
    .filter(({ command, description }) => /^[a-z0-9_]{1,32}$/.test(command) && description !== '')
    .slice(0, mostCommands);
  return {
    commands: rows,
    ...(person !== undefined && { scope: { type: 'chat', chat_id: Number(person) } }),
    ...(language !== undefined && { language_code: language }),
  };
}
