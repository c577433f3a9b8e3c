import type { z } from 'zod';
import { formatConfigPath } from './config-path.ts';
import type { ConfigPath, Located, LocatedObject } from './located.ts';
import type { ConfigProblem } from './problem.ts';
import { shapeOf } from './schema-shape.ts';
import { suggest } from './suggest.ts';

/** Keys the schema does not know, as warnings: they are kept. `isOpen` names objects whose other keys belong to somebody else's schema. */
export function findUnknownKeys(
  root: Located,
  schema: z.ZodType,
  isOpen: (path: ConfigPath) => boolean,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const places = placesByKey(schema);
  const look = (located: Located, schemaHere: z.ZodType, path: ConfigPath): void => {
    const shape = shapeOf(schemaHere);
    if (located.kind === 'array' && shape.kind === 'array')
      for (const [index, item] of located.items.entries())
        look(item, shape.element, [...path, index]);
    if (located.kind !== 'object') return;
    if (shape.kind === 'record')
      for (const [key, { value }] of located.members) look(value, shape.value, [...path, key]);
    if (shape.kind === 'object') lookAtMembers(located, shape.members, path);
  };
  const lookAtMembers = (
    { members }: LocatedObject,
    known: ReadonlyMap<string, z.ZodType>,
    path: ConfigPath,
  ): void => {
    for (const [key, { origin, value }] of members) {
      const schemaThere = known.get(key);
      if (schemaThere) look(value, schemaThere, [...path, key]);
      else if (!isOpen(path) && !(path.length === 0 && key === '$schema'))
        problems.push({
          severity: 'warning',
          path: [...path, key],
          message: `unknown key${hint(key, known.keys(), places)}`,
          origin,
        });
    }
  };
  look(root, schema, []);
  return problems;
}

function hint(
  key: string,
  siblings: Iterable<string>,
  places: ReadonlyMap<string, readonly string[]>,
): string {
  const near = suggest(key, siblings);
  if (near !== undefined) return `; did you mean "${near}"?`;
  const [elsewhere] = places.get(key) ?? [];
  return elsewhere === undefined ? '' : `; it belongs in ${elsewhere}`;
}

/** Where each key of the schema is, for one that was put into the wrong section. */
function placesByKey(schema: z.ZodType): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  const look = (here: z.ZodType, path: ConfigPath): void => {
    const shape = shapeOf(here);
    if (shape.kind !== 'object') return;
    for (const [key, member] of shape.members) {
      const known = places.get(key) ?? [];
      places.set(key, [...known, formatConfigPath([...path, key])]);
      look(member, [...path, key]);
    }
  };
  look(schema, []);
  return places;
}
