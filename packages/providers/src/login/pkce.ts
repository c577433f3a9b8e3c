/** What proves that who brings the code is who asked for it. https://www.rfc-editor.org/rfc/rfc7636 */
export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

/** 32 random bytes, as the RFC recommends in section 4.1, and their S256. */
export async function createPkce(random: (bytes: Uint8Array) => Uint8Array): Promise<Pkce> {
  const verifier = createNonce(random);
  return { verifier, challenge: await toChallenge(verifier) };
}

/** A text that nobody can guess: 43 letters of base64url. */
export function createNonce(random: (bytes: Uint8Array) => Uint8Array): string {
  return toBase64Url(random(new Uint8Array(32)));
}

/** S256 of section 4.2. */
export async function toChallenge(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return toBase64Url(new Uint8Array(digest));
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
