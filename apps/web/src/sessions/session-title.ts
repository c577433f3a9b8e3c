/** What a session is called where nobody gave it a title: its place, as far as its key tells it. */
export function toTitle(session: {
  readonly sessionKey: string;
  readonly title?: string | undefined;
}): string {
  const { sessionKey, title } = session;
  if (title !== undefined && title.trim() !== '') return title;
  const [prefix, , ...rest] = sessionKey.split(':');
  const place = prefix === 'agent' ? rest : sessionKey.split(':');
  const [first = '', second] = place;
  if (first === 'main' && second === undefined) return 'Main';
  if (first === webPrefix) return 'Untitled';
  const peer = place.at(-1) ?? '';
  return peer === first ? decode(first) : `${capital(first)} · ${decode(peer)}`;
}

/** Sessions begun on the page have keys of this kind. */
export const webPrefix = 'web';

/** The first words of a message, as a title. */
export function titleFromMessage(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  if (line.length <= maxTitle) return line;
  const cut = line.slice(0, maxTitle);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), maxTitle / 2)).trimEnd()}…`;
}

const maxTitle = 60;

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}
