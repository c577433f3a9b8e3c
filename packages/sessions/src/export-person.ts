import {
  type BlobStore,
  type Clock,
  type PersonPart,
  personParts,
  type PersonTrace,
  type Reader,
} from '@cuttle/core-types/ports';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { PersonData, PersonItem } from './person-data.ts';
import { tarEnd, toTarFile } from './tar.ts';

export interface ExportDeps {
  readonly reader: Pick<Reader, 'listPersonRows'>;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Areas outside of the store. */
  readonly areas: readonly PersonData[];
}

/** Lines that are put into one file; a longer one is alone in its own. */
const maxFileChars = 1_000_000;
const rowsOfPage = 200;

interface Listed {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Lines; absent for a file that is not made of rows. */
  readonly rows?: number;
}

/**
 * All that is kept of a person as a tar archive, piece by piece: JSON lines, memory and media as they are, and at its end `manifest.json`
 * with the count and hash of each file. No more than about a megabyte of rows, or one file, is held at a time.
 */
export async function* exportPerson(
  deps: ExportDeps,
  person: PersonTrace,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const listed: Listed[] = [];
  const media = new Set<string>();
  const missing: string[] = [];
  const put = async function* (
    file: string,
    bytes: Uint8Array,
    rows?: number,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const sha256 = await hashOf(bytes);
    listed.push({ file, bytes: bytes.length, sha256, ...(rows !== undefined && { rows }) });
    yield* toTarFile(file, bytes);
  };
  for await (const { file, text, rows } of toFiles(rowsOf(deps, person, signal))) {
    for (const [, sha256 = ''] of text.matchAll(/"sha256":"([0-9a-f]{64})"/g)) media.add(sha256);
    yield* put(file, new TextEncoder().encode(text), rows);
  }
  for (const area of deps.areas)
    for await (const item of area.export(person, signal))
      if ('bytes' in item) yield* put(item.file, item.bytes);
  for (const sha256 of media) {
    const found = await findBlob(deps.blobs, sha256, signal);
    if (found) yield* put(`media/${sha256}`, found);
    else missing.push(sha256);
  }
  const manifest = {
    kind: 'cuttle.person',
    v: 1,
    madeAt: new Date(deps.clock.now()).toISOString(),
    accounts: person.accounts.map(({ channel, externalId }) => ({ channel, externalId })),
    names: person.names,
    rows: listed.reduce((sum, { rows = 0 }) => sum + rows, 0),
    missingMedia: missing,
    files: listed,
  };
  yield* toTarFile('manifest.json', new TextEncoder().encode(JSON.stringify(manifest, null, 2)));
  yield tarEnd();
}

async function* rowsOf(
  { reader }: ExportDeps,
  trace: PersonTrace,
  signal: AbortSignal,
): AsyncGenerator<Extract<PersonItem, { row: unknown }>> {
  for (const part of personParts) yield* rowsOfPart(reader, { trace, part }, signal);
}

async function* rowsOfPart(
  reader: ExportDeps['reader'],
  input: { readonly trace: PersonTrace; readonly part: PersonPart },
  signal: AbortSignal,
): AsyncGenerator<Extract<PersonItem, { row: unknown }>> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    signal.throwIfAborted();
    const page: Awaited<ReturnType<Reader['listPersonRows']>> = await reader.listPersonRows({
      ...input,
      after,
      limit: rowsOfPage,
    });
    yield* page.rows;
    after = page.next;
  }
}

interface TextFile {
  readonly file: string;
  readonly text: string;
  readonly rows: number;
}

/** Rows of one name after another become files of lines, numbered as they come. */
async function* toFiles(
  items: AsyncIterable<Extract<PersonItem, { row: unknown }>>,
): AsyncGenerator<TextFile> {
  const numbers = new Map<string, number>();
  const close = (name: string, lines: readonly string[]): TextFile => {
    const number = (numbers.get(name) ?? 0) + 1;
    numbers.set(name, number);
    const ending = number === 1 ? '' : `-${number}`;
    return { file: `${name}${ending}.jsonl`, text: lines.join(''), rows: lines.length };
  };
  let [name, lines, chars]: [string, string[], number] = ['', [], 0];
  for await (const item of items) {
    const line = `${JSON.stringify(item.row)}\n`;
    if (lines.length > 0 && (item.file !== name || chars + line.length > maxFileChars)) {
      yield close(name, lines);
      [lines, chars] = [[], 0];
    }
    name = item.file;
    lines.push(line);
    chars += line.length;
  }
  if (lines.length > 0) yield close(name, lines);
}

async function findBlob(
  blobs: BlobStore,
  sha256: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return (await blobs.read(sha256, signal)).bytes;
  } catch (error) {
    if (isCuttleError(error, 'request.not-found') || isCuttleError(error, 'store.corrupt'))
      return undefined;
    throw error;
  }
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
