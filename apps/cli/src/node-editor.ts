import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import type { EditText } from './context.ts';

/**
 * Lets a person change a text with what `$VISUAL` or `$EDITOR` names. The text lies in a file of its own until it was used; what
 * could not be used stays there.
 */
export function createEditor(host: Pick<NodeJS.Process, 'env' | 'platform'>): EditText {
  return async ({ name, text }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'cuttle-edit-'));
    const file = join(folder, basename(name));
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(host, file);
    const edited = await readFile(file, 'utf8');
    try {
      await use(edited);
    } catch (error) {
      if (edited === text) await rm(folder, { recursive: true });
      else throw withPlace(error, file);
      throw error;
    }
    await rm(folder, { recursive: true });
  };
}

async function runEditor(
  { env, platform }: Pick<NodeJS.Process, 'env' | 'platform'>,
  file: string,
): Promise<void> {
  const fallback = platform === 'win32' ? 'notepad' : 'vi';
  const [program = fallback, ...args] = (env['VISUAL'] || env['EDITOR'] || fallback)
    .split(' ')
    .filter((part) => part !== '');
  const child = spawn(program, [...args, file], { stdio: 'inherit' });
  const exited = once(child, 'exit').catch((error: unknown) => {
    throw new CuttleError('request.invalid', `The editor "${program}" cannot be started.`, {
      hint: 'Set EDITOR to your editor, or give the text on standard input.',
      cause: error,
    });
  });
  const [code] = await exited;
  if (code !== 0)
    throw new CuttleError('request.invalid', `The editor "${program}" ended with an error.`, {
      hint: `Nothing was changed; the text is in ${file}.`,
    });
}

function withPlace(error: unknown, file: string): unknown {
  if (!(error instanceof CuttleError)) return error;
  const { code, message } = error;
  return new CuttleError(code, message, { cause: error, hint: `Your text is kept in ${file}.` });
}
