/** The session that is open, as it stands in the address bar: a key is a place and no secret. */
export function keyToHash(sessionKey: string): string {
  return `#s=${encodeURIComponent(sessionKey)}`;
}

export function keyFromHash(hash: string): string | undefined {
  const key = new URLSearchParams(hash.replace(/^#/, '')).get('s');
  return key === null || key.trim() === '' || key.length > 300 ? undefined : key;
}
