/** Letters and digits that nobody mistakes for one another when reading a code aloud. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Eight characters, 40 bits: single use, short-lived, and wrong ones are counted where they are decided. */
export function makePairingCode(random: () => number): string {
  return Array.from({ length: 8 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}

/** As people type it: spaces, dashes and lower case do not matter. */
export function normaliseCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

const mostNameChars = 60;

/** A stranger as the owner is told of them: their name without anything that could be a link, a mention or markup. */
export function strangerText({
  name,
  externalId,
}: {
  readonly name: string | undefined;
  readonly externalId: string;
}): string {
  const plain = (name ?? '')
    .replace(/[^\p{L}\p{N}\p{M}'\u2019,-]+/gu, ' ')
    .trim()
    .slice(0, mostNameChars)
    .toWellFormed();
  return plain === '' ? externalId : `${plain} (${externalId})`;
}
