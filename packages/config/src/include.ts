import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ConfigFiles } from './config-files.ts';
import {
  emptyObject,
  type Located,
  type LocatedMember,
  type LocatedObject,
  mergeLocated,
  type Origin,
} from './located.ts';
import { parseSource } from './parse-source.ts';
import { formatOrigin } from './problem.ts';

const includeKey = '$include';
/** More files than this are a mistake or an attack. */
const maxFiles = 100;

export interface Included {
  readonly root: Located;
  /** Every file that was read, the first one first. */
  readonly sources: readonly string[];
}

/**
 * A file and all it includes. `{ $include: "./providers.json5", … }` stands for the content of that file (or files, the later
 * over the earlier) under the other keys beside it. Paths are relative to the including file and stay in the folder of the first.
 * Throws `config.syntax`, `config.include` and `config.cycle`. A missing first file is an empty one.
 */
export async function readWithIncludes(file: string, files: ConfigFiles): Promise<Included> {
  const home = dirname((await files.findRealPath(file)) ?? resolve(file));
  const sources: string[] = [];
  const open = async (path: string, text: string, chain: readonly string[]): Promise<Located> => {
    if (sources.length >= maxFiles)
      throw new CuttleError('config.include', `${file} includes more than ${maxFiles} files.`);
    sources.push(path);
    return expand(await parseSource(path, text), [...chain, path]);
  };
  const openIncluded = async (
    name: string,
    origin: Origin,
    chain: readonly string[],
  ): Promise<Located> => {
    const path = await resolveIncluded({ name, origin, home }, files);
    const from = chain.indexOf(path);
    if (from >= 0)
      throw new CuttleError(
        'config.cycle',
        `These files include each other: ${[...chain.slice(from), path].join(' → ')}`,
        { details: { cycle: [...chain.slice(from), path] } },
      );
    const text = await files.readText(path);
    if (text === undefined) throw outside(origin, `there is no file ${path}`);
    return open(path, text, chain);
  };
  const expand = async (located: Located, chain: readonly string[]): Promise<Located> => {
    if (located.kind === 'scalar') return located;
    if (located.kind === 'array') {
      const items: Located[] = [];
      for (const item of located.items) items.push(await expand(item, chain));
      return { ...located, items };
    }
    const include = located.members.get(includeKey);
    const own = await expandMembers(located, (value) => expand(value, chain));
    if (!include) return own;
    let base: Located = emptyObject(located.origin);
    for (const { name, origin } of namesOf(include))
      base = mergeLocated(base, await openIncluded(name, origin, chain));
    return own.members.size === 0 ? base : mergeLocated(base, own);
  };

  const text = await files.readText(file);
  const first = (await files.findRealPath(file)) ?? resolve(file);
  const root = text === undefined ? emptyObject({ source: file }) : await open(first, text, []);
  return { root, sources };
}

async function expandMembers(
  object: LocatedObject,
  expand: (value: Located) => Promise<Located>,
): Promise<LocatedObject> {
  const members = new Map<string, LocatedMember>();
  for (const [key, member] of object.members)
    if (key !== includeKey) members.set(key, { ...member, value: await expand(member.value) });
  return { ...object, members };
}

function namesOf({ origin, value }: LocatedMember): readonly { name: string; origin: Origin }[] {
  const items = value.kind === 'array' ? value.items : [value];
  return items.map((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string')
      return { name: item.value, origin: item.origin };
    throw outside(origin, '$include takes the path of a file or a list of them');
  });
}

async function resolveIncluded(
  { name, origin, home }: { name: string; origin: Origin; home: string },
  files: ConfigFiles,
): Promise<string> {
  const path = resolve(dirname(origin.source), name);
  const real = (await files.findRealPath(path)) ?? path;
  // Both are looked at: a link inside may lead out, and a missing file outside is not told from one that exists.
  for (const one of [path, real]) {
    const inside = relative(home, one);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      throw outside(origin, `${name} lies outside of ${home}`);
  }
  return real;
}

function outside(origin: Origin, message: string): CuttleError {
  return new CuttleError('config.include', `${formatOrigin(origin)}: ${message}.`, {
    details: { file: origin.source, line: origin.line, column: origin.column },
  });
}
