/** An http address that platforms accept as a link; undefined for relative, local and other schemes, which they drop. */
export function toWebLink(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { hostname, href } = new URL(url);
  return hostname.includes('.') ? href : undefined;
}

/** Whether words are their own address, as a person sees it. */
export function isSameAddress(words: string, url: string): boolean {
  return url === words || url === `${words}/`;
}
