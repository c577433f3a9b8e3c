import type { MenuCommand } from '@cuttle/core-types/ports';
import type { Account } from './account.ts';
import type { DiscordApi } from './api.ts';

/** Where commands can be used: in guilds and in private with the bot. https://discord.com/developers/docs/interactions/application-commands#interaction-contexts */
const contexts = [0, 1];
/** https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type */
const stringOption = 3;
/** Languages that Discord names by two letters. https://discord.com/developers/docs/reference#locales */
const locales = new Set(
  'id da de fr hr it lt hu nl no pl ro fi vi tr cs el bg ru uk hi th ja ko'.split(' '),
);
const mostCommands = 100;
const mostChars = 100;

/** The slash commands of the bot, everywhere. Some people's own have no place here. https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands */
export async function publishMenu(
  { api, account }: { readonly api: DiscordApi; readonly account: Account },
  commands: readonly MenuCommand[],
  signal: AbortSignal,
): Promise<void> {
  const body = commands
    .filter(({ onlyFor }) => onlyFor === undefined)
    .map(toCommand)
    .filter(({ name, description }) => /^[-_\p{L}\p{N}]{1,32}$/u.test(name) && description !== '')
    .slice(0, mostCommands);
  const applicationId = await account.readApplicationId(signal);
  const path = `/applications/${applicationId}/commands`;
  await api.callPatiently({ method: 'PUT', path, body }, signal);
}

function toCommand({ name, args, description, descriptions = {} }: MenuCommand) {
  const localized = Object.entries(descriptions)
    .filter(([code, text]) => locales.has(code) && text.trim() !== '')
    .map(([code, text]) => [code, text.trim().slice(0, mostChars)]);
  const behind = args === undefined || args === '' ? 'What follows the command' : args;
  return {
    name: name.toLowerCase(),
    description: description.trim().slice(0, mostChars),
    ...(localized.length > 0 && { description_localizations: Object.fromEntries(localized) }),
    // Without anything behind it a command still takes what a person adds.
    options: [
      {
        type: stringOption,
        name: 'text',
        description: behind.slice(0, mostChars),
        required: false,
      },
    ],
    contexts,
  };
}
