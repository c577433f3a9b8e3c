/** Where a value was written. `line` and `column` count from 1; undefined where the format does not tell. */
export interface Origin {
  /** A file's path, or the name of an environment variable. */
  readonly source: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A configuration value with the place of everything in it. */
export type Located = LocatedObject | LocatedArray | LocatedScalar;
export interface LocatedObject {
  readonly kind: 'object';
  readonly origin: Origin;
  readonly members: ReadonlyMap<string, LocatedMember>;
}
export interface LocatedMember {
  /** The place of the key. */
  readonly origin: Origin;
  readonly value: Located;
}
export interface LocatedArray {
  readonly kind: 'array';
  readonly origin: Origin;
  readonly items: readonly Located[];
}
export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: unknown;
  /** The text of a value from the environment, which has no types: it becomes what the schema wants there. */
  readonly text?: string | undefined;
}

export type ConfigPath = readonly (string | number)[];

export function emptyObject(origin: Origin): LocatedObject {
  return { kind: 'object', origin, members: new Map() };
}

/** A value without places of its own, all at `origin`. */
export function fromPlain(value: unknown, origin: Origin): Located {
  if (Array.isArray(value))
    return { kind: 'array', origin, items: value.map((item) => fromPlain(item, origin)) };
  if (typeof value !== 'object' || value === null || value instanceof Date)
    return { kind: 'scalar', origin, value };
  const members = Object.entries(value).map(
    ([key, member]) => [key, { origin, value: fromPlain(member, origin) }] as const,
  );
  return { kind: 'object', origin, members: new Map(members) };
}

export function toPlain(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'array':
      return located.items.map(toPlain);
    case 'object':
      // No setting is called __proto__, and a plain object that has one is a trap for whoever copies it.
      return Object.fromEntries(
        [...located.members]
          .filter(([key]) => key !== '__proto__')
          .map(([key, { value }]) => [key, toPlain(value)]),
      );
  }
}

/** `over` wins; objects are merged key by key, everything else is replaced whole. */
export function mergeLocated(base: Located, over: Located): Located {
  if (base.kind !== 'object' || over.kind !== 'object') return over;
  const members = new Map(base.members);
  for (const [key, member] of over.members) {
    const known = members.get(key);
    members.set(
      key,
      known ? { ...member, value: mergeLocated(known.value, member.value) } : member,
    );
  }
  return { ...over, members };
}

/** The value at a path; undefined where there is none. */
export function findLocated(root: Located, path: ConfigPath): Located | undefined {
  let here: Located | undefined = root;
  for (const part of path) {
    if (here?.kind === 'object') here = here.members.get(String(part))?.value;
    else if (here?.kind === 'array') here = here.items[Number(part)];
    else return undefined;
  }
  return here;
}

/** The place of a path's key, or of the nearest thing around it that was written. */
export function originOf(root: Located, path: ConfigPath): Origin {
  let here = root;
  let origin = root.origin;
  for (const part of path) {
    const member = here.kind === 'object' ? here.members.get(String(part)) : undefined;
    const item = here.kind === 'array' ? here.items[Number(part)] : undefined;
    const next = member?.value ?? item;
    if (!next) return origin;
    origin = member?.origin ?? next.origin;
    here = next;
  }
  return origin;
}

/** `value` at `path`, with what lies between; array places beyond the end are not made. */
export function withValue(root: Located, path: ConfigPath, value: Located): Located {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (root.kind === 'array') {
    const index = Number(part);
    const known = root.items[index];
    if (!known && index !== root.items.length) return root;
    const next = withValue(known ?? emptyObject(value.origin), rest, value);
    return { ...root, items: root.items.with(index, next) };
  }
  const object = root.kind === 'object' ? root : emptyObject(value.origin);
  const known = object.members.get(String(part))?.value ?? emptyObject(value.origin);
  const member = { origin: value.origin, value: withValue(known, rest, value) };
  return { ...object, members: new Map(object.members).set(String(part), member) };
}
