import type { MenuCommand } from '@cuttle/core-types/ports';
import type { WhatsappApi } from './api.ts';

const mostCommands = 30;
const mostChars = 256;

/** What people see when they type a slash. One language, everybody's. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/conversational-components */
export async function publishMenu(
  { api, phoneNumberId }: { readonly api: WhatsappApi; readonly phoneNumberId: string },
  commands: readonly MenuCommand[],
  signal: AbortSignal,
): Promise<void> {
  const rows = commands
    .filter(({ onlyFor }) => onlyFor === undefined)
    .map(({ name, description }) => ({
      command_name: name.toLowerCase(),
      command_description: description.trim().slice(0, mostChars).toWellFormed(),
    }))
    .filter(
      ({ command_name: name, command_description: description }) =>
        /^[a-z0-9_]{1,32}$/.test(name) && description !== '',
    )
    .slice(0, mostCommands);
  const path = `${phoneNumberId}/conversational_automation`;
  await api.call({ method: 'POST', path, body: { commands: rows } }, signal);
}
