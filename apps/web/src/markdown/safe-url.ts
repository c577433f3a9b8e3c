/** The address of a link an agent wrote, or undefined where following it could do more than open a page or a mail. */
export function toSafeLink(href: string): string | undefined {
  const url = parseUrl(href);
  return url && linkProtocols.has(url.protocol) ? url.href : undefined;
}

/** Only pictures that are in the text itself: a remote one would tell its server who reads, and carry out what the text says. */
export function toSafeImage(source: string): string | undefined {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z0-9+/=\s]+$/i.test(source)
    ? source
    : undefined;
}

const linkProtocols: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:']);

// No base: a relative address would mean this gateway itself.
function parseUrl(href: string): URL | undefined {
  return URL.canParse(href) ? new URL(href) : undefined;
}
