import { cleanText } from '../foreign-text.ts';
import type { Self } from './account.ts';
import type { PersonFacts } from './people.ts';
import type { WireMessage } from './wire.ts';

/** Names by id, of whoever is named in a message. */
export type Names = ReadonlyMap<string, PersonFacts>;

const mostNamed = 10;

/** Who is named in a message, ourselves left out. */
export function namedIn({ text }: Pick<WireMessage, 'text'>, self: Self): string[] {
  const ids = [...(text ?? '').matchAll(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g)].map(
    ([, id = '']) => id,
  );
  return [...new Set(ids)].filter((id) => id !== self.userId).slice(0, mostNamed);
}

/** What a message says in words, and whether it calls us: names instead of ids, attachments as text. */
export function readWords(
  message: Pick<WireMessage, 'text' | 'attachments'>,
  { self, names }: { readonly self: Self; readonly names: Names },
): { readonly text: string; readonly mentioned: boolean } {
  const body = message.text ?? '';
  const mentioned = new RegExp(`<@${self.userId}(?:\\|[^<>]*)?>`).test(body);
  // Our name in front only calls us.
  const own = body.replace(new RegExp(`^\\s*<@${self.userId}(?:\\|[^<>]*)?>[\\s,:]*`), '');
  const parts = [readReferences(own, self, names), ...attachedWords(message, self, names)];
  return { text: cleanText(parts.filter((part) => part !== '').join('\n\n')), mentioned };
}

/** What other apps attach, and not the preview of a link that stands in the words. */
function attachedWords(
  { attachments }: Pick<WireMessage, 'attachments'>,
  self: Self,
  names: Names,
): string[] {
  return (attachments ?? [])
    .filter(({ from_url: url }) => typeof url !== 'string')
    .map(({ pretext, title, text, fallback }) => {
      const said = [pretext, title, text].filter((part) => typeof part === 'string' && part !== '');
      return (said.length > 0 ? said : [fallback ?? '']).join('\n');
    })
    .map((words) => readReferences(words, self, names));
}

/** https://docs.slack.dev/messaging/formatting-message-text#advanced */
function readReferences(body: string, self: Self, names: Names): string {
  return body
    .replaceAll(/<([^<>\n]+)>/g, (_, inner: string) => {
      const [reference = '', label] = inner.split(/\|(.*)/s);
      return nameReference(reference, label, { self, names });
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function nameReference(
  reference: string,
  label: string | undefined,
  { self, names }: { readonly self: Self; readonly names: Names },
): string {
  const id = reference.slice(1);
  if (reference.startsWith('@'))
    return `@${id === self.userId ? self.name : (names.get(id)?.name ?? label ?? id)}`;
  if (reference.startsWith('#')) return `#${label || id}`;
  if (reference.startsWith('!')) return nameCall(id, label);
  const address = reference.replace(/^mailto:/, '');
  return label === undefined || label === address || label === reference
    ? address
    : `[${label}](${address})`;
}

/** `<!here>`, `<!subteam^S0123|@team>`, `<!date^1700000000^{date}|yesterday>` */
function nameCall(call: string, label: string | undefined): string {
  if (label !== undefined && label !== '') return label;
  const [name = ''] = call.split('^', 1);
  return `@${name}`;
}
