/**
 * Checks a link as the server does: a host with a dot over http or https, or a tg:// link.
 * Returns the normalised address, or undefined where the server drops the entity and keeps the text.
 */
export function toCheckedLink(link: string): string | undefined {
  const ours = /^tg:(?:\/\/)?([a-z0-9_-].*)$/is.exec(link);
  if (ours !== null) return `tg://${ours[1]}`;
  const [scheme = '', server = '', path = ''] = groupsOf(urlPattern, link);
  const protocol = scheme === '' ? 'http' : scheme.toLowerCase();
  if (protocol !== 'http' && protocol !== 'https') return undefined;
  const authority = toAuthority(server);
  if (authority === undefined) return undefined;
  return `${protocol}://${authority}${path.startsWith('/') ? '' : '/'}${encodeSpaces(path)}`;
}

const urlPattern = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/is;

/** The groups of a match, empty where they took no part; nothing without a match. */
function groupsOf(pattern: RegExp, text: string): readonly string[] {
  const match = pattern.exec(text);
  return match === null
    ? []
    : Array.from(match, (group: string | undefined) => group ?? '').slice(1);
}

/** The user of a `tg://user?id=N` link. */
export function findLinkUserId(link: string): number | undefined {
  const match = /^tg:(?:\/\/)?user\/?\?(.*)$/is.exec(link);
  if (match === null) return undefined;
  const id = Number(queryOf(match[1] ?? '').get('id'));
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

export type InlineTarget =
  | { readonly kind: 'emoji'; readonly id: string }
  | { readonly kind: 'time'; readonly unix: number; readonly format: string };

/** A `tg://emoji?id=N` or `tg://time?unix=N&format=F` link, the only ones `![…](…)` may hold. */
export function parseInlineTarget(link: string): InlineTarget | undefined {
  const match = /^tg:(?:\/\/)?(emoji|time)\/?\?([^#]*)/i.exec(link);
  if (match === null) return undefined;
  const query = queryOf(match[2] ?? '');
  if (match[1]?.toLowerCase() === 'emoji') {
    const id = query.get('id') ?? '';
    return /^-?[1-9]\d{0,18}$/.test(id) ? { kind: 'emoji', id } : undefined;
  }
  const unix = query.get('unix') ?? '';
  if (!/^[1-9]\d{0,9}$/.test(unix)) return undefined;
  return { kind: 'time', unix: Number(unix), format: query.get('format') ?? '' };
}

function queryOf(text: string): URLSearchParams {
  return new URLSearchParams(text.split('#', 1)[0]);
}

function toAuthority(text: string): string | undefined {
  const [userinfo = '', name = '', port = ''] = groupsOf(/^(.*@)?(.*?)(:\d*)?$/s, text);
  const host = name.toLowerCase();
  if (!host.includes('.') || !hostPattern.test(host) || !userinfoPattern.test(userinfo))
    return undefined;
  if (port === '') return `${userinfo}${host}`;
  const number = Number(port.slice(1));
  return number < 1 || number > 65_535 ? undefined : `${userinfo}${host}:${number}`;
}

// RFC 3986, and any plain UTF-8 beyond ASCII, as the server takes them.
const hostPattern = /^(?:[\w.\-!$,~*'();&+=]|%[\da-f]{2}|[\u0080-\uFFFF])*$/i;
const userinfoPattern = /^(?:[\w.\-!$,~*'();&+=:@]|%[\da-f]{2}|[\u0080-\uFFFF])*$/i;

function encodeSpaces(query: string): string {
  return query.replaceAll(
    // oxlint-disable-next-line no-control-regex -- the server encodes exactly these
    /[\u0000-\u0020]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
