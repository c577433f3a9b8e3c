import { cleanText } from '../foreign-text.ts';
import type { Setting } from './decode.ts';
import type { WireEmbed, WireMessage } from './wire.ts';

/** What a message says in words, and whether it calls us: names instead of ids, embeds and forwarded messages as text. */
export function readWords(
  message: WireMessage,
  setting: Setting,
): { readonly text: string; readonly mentioned: boolean } {
  const content = message.content ?? '';
  const isUs = (mark: string, id: string): boolean =>
    mark === '@&' ? setting.places.isOwnRole(id, setting.self.id) : id === setting.self.id;
  const called = [...content.matchAll(namedPeople)];
  const mentioned = called.some(([, mark = '', id = '']) => isUs(mark, id));
  const [, mark = '', id = ''] = /^\s*<(@[!&]?)(\d{1,20})>/.exec(content) ?? [];
  // Our name in front only calls us.
  const own = id !== '' && isUs(mark, id) ? content.replace(/^\s*<@[!&]?\d+>[\s,:]*/, '') : content;
  const parts = [
    withNames(own, message, setting),
    ...(message.embeds ?? []).filter(isWritten).map(embedWords),
    ...(message.message_snapshots ?? []).map((snapshot) =>
      quote(
        [
          withNames(snapshot.message.content ?? '', message, setting),
          ...(snapshot.message.embeds ?? []).filter(isWritten).map(embedWords),
        ]
          .filter((part) => part !== '')
          .join('\n'),
      ),
    ),
  ];
  const text = parts.filter((part) => part !== '').join('\n\n');
  return { text: cleanText(text), mentioned };
}

const namedPeople = /<(@[!&]?)(\d{1,20})>/g;

/** https://discord.com/developers/docs/reference#message-formatting-formats */
function withNames(content: string, { mentions }: WireMessage, { self, places }: Setting): string {
  return content
    .replaceAll(/<@!?(\d{1,20})>/g, (whole, id: string) => {
      if (id === self.id) return `@${self.name}`;
      const user = mentions?.find((one) => one.id === id);
      const name = user?.global_name ?? user?.username;
      return name === undefined ? whole : `@${name}`;
    })
    .replaceAll(/<#(\d{1,20})>/g, (whole, id: string) => {
      const name = places.nameOf(id);
      return name === undefined ? whole : `#${name}`;
    })
    .replaceAll(/<a?(:\w{2,32}:)\d{1,20}>/g, '$1');
}

/** Discord makes the others out of the links in the words. https://discord.com/developers/docs/resources/message#embed-object-embed-types */
function isWritten({ type }: WireEmbed): boolean {
  return type === undefined || type === null || type === 'rich';
}

function embedWords(embed: WireEmbed): string {
  const lines = [
    embed.author?.name,
    embed.title && embed.url ? `${embed.title} (${embed.url})` : (embed.title ?? embed.url),
    embed.description,
    ...(embed.fields ?? []).map(({ name, value }) => `${name ?? ''}: ${value ?? ''}`),
    embed.footer?.text,
  ];
  return lines.filter((line) => typeof line === 'string' && line !== '').join('\n');
}

function quote(text: string): string {
  return text === '' ? '' : text.replaceAll(/^/gm, '> ');
}
