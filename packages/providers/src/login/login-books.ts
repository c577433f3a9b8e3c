import { parseJson } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { LoginFiles } from './login-files.ts';
import { LoginBook } from './stored-login.ts';

const profileName = /^[\w][\w.@+-]{0,63}$/;

/** Throws `login.unset` for what cannot be the name of a profile. */
export function requireName(profile: string): string {
  if (profileName.test(profile) && profile !== '__proto__') return profile;
  throw new CuttleError('login.unset', `"${profile.slice(0, 80)}" cannot name a profile.`, {
    hint: 'A profile is named with letters, digits, and . _ @ + -, 64 at most.',
  });
}

/** Undefined where nothing is saved. Throws `login.unreadable` for a file that was damaged. */
export async function readBook(files: LoginFiles, login: string): Promise<LoginBook | undefined> {
  const text = await files.read(login);
  if (text === undefined) return undefined;
  try {
    return parseJson(LoginBook, text);
  } catch (error) {
    if (!isCuttleError(error, 'request.invalid')) throw error;
    // The cause quotes nothing of the file: it holds tokens.
    throw new CuttleError('login.unreadable', `The saved login "${login}" cannot be read.`, {
      hint: `\`cuttle auth logout ${login}\` takes it away; then log in again.`,
    });
  }
}

export function putBook(files: LoginFiles, login: string, book: LoginBook): Promise<void> {
  return files.put(login, `${JSON.stringify(book)}\n`);
}
