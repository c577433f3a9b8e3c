import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { createRecordSeal, type RecordSeal } from './record-seal.ts';

/**
 * The seal of the keys in a file: one key a line in base64url, the oldest first, the last one signs. Undefined without a file.
 * `make`: for whoever holds the home alone; a file that is missing or empty is made with one key, readable by its owner only.
 */
export function readRecordSeal(
  file: string | undefined,
  absent: 'make' | 'leave',
): RecordSeal | undefined {
  if (file === undefined) return undefined;
  const keys = existsSync(file) ? readKeys(file) : [];
  if (keys.length === 0 && absent === 'make') {
    makeKeys(file);
    return createRecordSeal(readKeys(file));
  }
  return createRecordSeal(keys);
}

function readKeys(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** There whole or not at all: what is chained with a key that a cut then took away could never be checked. */
function makeKeys(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.new`;
  const handle = openSync(aside, 'w', 0o600);
  writeSync(handle, `${randomBytes(32).toString('base64url')}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(aside, file);
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
