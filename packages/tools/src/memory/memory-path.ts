import type { ToolContext } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { personOf } from '../values/person-space.ts';

/** What is known of the owner at all times. */
export const mainFile = 'MEMORY.md';
const folder = 'memory';
const people = 'memory/people';

/** Whether a path, relative to a workspace and with `/`, is a file of the memory. */
export function isMemoryFile(path: string): boolean {
  if (path === mainFile) return true;
  const names = path.split('/');
  return (
    names[0] === folder &&
    names.length > 1 &&
    path.endsWith('.md') &&
    // What editors and version control keep for themselves is hidden.
    names.every((name) => name !== '' && !name.startsWith('.'))
  );
}

/** Whether a path is of the memory at all, its folders and what lies in them included. Some systems take `memory.md` for the same. */
export function isMemoryPath(path: string): boolean {
  const lower = path.replaceAll('\\', '/').toLowerCase();
  return lower === mainFile.toLowerCase() || lower === folder || lower.startsWith(`${folder}/`);
}

/** A file of the memory as it was asked for. Throws `memory.invalid-path`. */
export function parseMemoryPath(path: string): string {
  if (isMemoryFile(path)) return path;
  throw new CuttleError('memory.invalid-path', `"${path}" is no file of the memory.`);
}

/** Where a call remembers, and what it may find. */
export interface Reach {
  /** Those of `readersOf` that this call may read as. */
  readonly readers: readonly string[];
  /** What its own files begin with: nothing for the owner, else a folder. */
  readonly home: string;
}

/** Sees every file of an agent: the owner at the page and the command line. */
export const everyReader = 'any';

/**
 * What is remembered of one person never crosses to another or into a group. The owner's own conversations reach the owner's
 * files; a person's reach that person's; in a group each reaches what they said in this group. Beyond that a file of the
 * owner's says for itself who may read it.
 */
export function reachOf(context: Pick<ToolContext, 'principal' | 'sessionKey'>): Reach {
  const person = personOf(context);
  const group = groupOf(context.sessionKey);
  if (group !== undefined)
    return {
      readers: [toGroupReader(person, group), 'groups', 'everyone'],
      home: `${people}/${toName(person)}/groups/${toName(group)}/`,
    };
  const own = person === 'owner' ? 'owner' : toPersonReader(person);
  return { readers: [own, 'everyone'], home: homeOf(person) };
}

/** What the files of a person begin with, outside of groups. */
export function homeOf(person: string): string {
  return person === 'owner' ? '' : `${people}/${toName(person)}/`;
}

/** The group of a session key, its threads included: `telegram:main:-100`. What only looks like one is held to be one. */
function groupOf(sessionKey: string): string | undefined {
  return /^agent:[^:]*:([^:]*:[^:]*):group:([^:]*)/.exec(sessionKey)?.slice(1, 3).join(':');
}

/** The files of one day, of MEMORY.md and of facts of a reach. */
export function dayFile({ home }: Pick<Reach, 'home'>, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  return home === '' ? `${folder}/${day}.md` : `${home}${day}.md`;
}

export function factFile({ home }: Pick<Reach, 'home'>): string {
  return `${home}${mainFile}`;
}

/**
 * Who may find a file. `shared` is what the file says of itself; only the owner's own files are heard.
 * A name that is no name of a person or group here belongs to nobody but the owner at the page.
 */
export function readersOf(path: string, shared: readonly string[]): readonly string[] {
  if (!path.startsWith(`${people}/`)) return [everyReader, 'owner', ...shared.map(toReader)];
  const [name = '', ...rest] = path.slice(people.length + 1).split('/');
  const person = fromName(name);
  if (person === undefined || rest.length === 0) return [everyReader];
  const own = [everyReader, toPersonReader(person), ...(person === 'owner' ? ['owner'] : [])];
  const group = rest[0] === 'groups' && rest.length > 2 ? fromName(rest[1] ?? '') : undefined;
  return group === undefined ? own : [...own, toGroupReader(person, group)];
}

function toReader(name: string): string {
  return name === 'everyone' || name === 'groups' ? name : `person:${encodeName(name)}`;
}

/** No id makes one of these look like another. */
function toPersonReader(person: string): string {
  return `person:${encodeName(person)}`;
}

function toGroupReader(person: string, group: string): string {
  return `${toPersonReader(person)}@${encodeName(group)}`;
}

/** Who may find a file beside those whose it is, as its front matter has them. */
export function sharedWith(path: string, readers: readonly string[]): readonly string[] {
  const own = readersOf(path, []);
  return readers
    .filter((reader) => !own.includes(reader))
    .map((reader) => (reader.startsWith('person:') ? decodeURIComponent(reader.slice(7)) : reader));
}

/** The person that a file is about; undefined for the owner's. */
export function personOfFile(path: string): string | undefined {
  if (!path.startsWith(`${people}/`)) return undefined;
  return fromName(path.slice(people.length + 1).split('/')[0] ?? '');
}

const maxNameChars = 150;

/** An id as the name of a folder: different ids have different names, also where case is ignored. */
export function toName(id: string): string {
  const name = encodeName(id);
  if (name.length > 0 && name.length <= maxNameChars) return name;
  throw new CuttleError('tool.failed', 'This person has an id that no folder can be named for.');
}

function encodeName(id: string): string {
  return Array.from(new TextEncoder().encode(id), (byte) => {
    const letter = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

function fromName(name: string): string | undefined {
  try {
    const id = decodeURIComponent(name);
    return toName(id) === name ? id : undefined;
  } catch (error) {
    if (error instanceof URIError || error instanceof CuttleError) return undefined;
    throw error;
  }
}
