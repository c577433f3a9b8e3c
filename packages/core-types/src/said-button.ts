/** What begins the token of a button that says something, as others are commands such as `approve <id>`. */
const prefix = 'say:';

/** The token of a button that says `data` in the name of whoever presses it. */
export function sayToken(data: string): string {
  return `${prefix}${data}`;
}

/** What a pressed button says: words are words, never a command of ours; the rest is one. */
export function readToken(token: string): string {
  if (!token.startsWith(prefix)) return `/${token}`;
  return token.slice(prefix.length).replace(/^[\s/]+/, '');
}
