import { discordActions } from '@cuttle/channels/discord';
import { slackActions } from '@cuttle/channels/slack';
import { telegramActions } from '@cuttle/channels/telegram';
import { whatsappActions } from '@cuttle/channels/whatsapp';
import { whatsappWebActions } from '@cuttle/channels/whatsapp-web';
import type { ActionSubject, ChannelAction } from '@cuttle/core-types/ports';
import { profileIncludes, type ToolProfile, toolProfiles } from '@cuttle/security/policy';

type Row = (...cells: readonly string[]) => string;

const channels: Readonly<Record<string, readonly ChannelAction[]>> = {
  telegram: telegramActions,
  discord: discordActions,
  slack: slackActions,
  whatsapp: whatsappActions,
  'whatsapp-web': whatsappWebActions,
};

const about: Readonly<Record<ActionSubject, string>> = {
  none: 'a message of its own',
  own: 'a message the account sent here',
  any: 'the message that is answered, or one the account sent here',
};

// Object.keys forgets the literal keys.
const profiles = Object.keys(toolProfiles) as readonly ToolProfile[];

/** What each channel can do beyond sending words, as the tools that a run there is offered. */
export function actionLines(row: Row): readonly string[] {
  return [
    'Tools of a conversation on a messenger, beside those of [tools.md](../tools.md): each is offered only where the answer goes to its platform, and touches only that',
    'conversation. Only messages that the account itself sent there are edited or deleted.',
    '',
    '- All of the table are `keyed`: a call writes one row of the outbox in the transaction of its result, so that it is done once if the call is done, and not at all otherwise.',
    '- What only marks a message (a reaction, a pin, a thread under it), edits and deletions are repeated after a lost answer, since doing them again changes nothing more. A message that was',
    '  interrupted is resolved as the channel declares: Discord by its nonce, WhatsApp Web by an id of ours, Telegram and WhatsApp as their `ambiguity` says.',
    '- Risk `send`: with untrusted content in the conversation the call waits for an approval. Guests have none of these tools.',
    '- `channel_directory` of [tools.md](../tools.md) is offered on each messenger, to the owner alone: it finds people or groups that the account knows, as `cuttle channels directory` does.',
    '  Names are words of strangers, so behind a find what is sent waits for an approval.',
    '- A press of a button comes back as a message of whoever pressed it. It is never a command.',
    '',
    row('Tool', 'About', 'Risk', 'Profiles', 'What it does'),
    row('---', '---', '---', '---', '---'),
    ...Object.entries(channels).flatMap(([channel, actions]) =>
      actions.map(({ name, subject, risk, description }) => {
        const tool = `${channel.replaceAll('-', '_')}_${name}`;
        const held = profiles.filter((profile) => profileIncludes(profile, tool));
        return row(`\`${tool}\``, about[subject], risk, held.join(', '), description);
      }),
    ),
  ];
}
