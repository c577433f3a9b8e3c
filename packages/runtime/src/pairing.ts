/** Letters and digits that nobody mistakes for one another when reading a code aloud. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Eight characters, 40 bits: single use, short-lived, and guesses are rate-limited at the doors. */
export function makePairingCode(random: () => number): string {
  return Array.from({ length: 8 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}

/** As people type it: spaces, dashes and lower case do not matter. */
export function normaliseCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
