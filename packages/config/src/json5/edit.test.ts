import {
  assert as check,
  constantFrom,
  dictionary,
  oneof,
  property,
  string,
  integer,
  boolean,
  array,
  constant,
  letrec,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigPath } from '../located.ts';
import { editJson5, MissingPlace } from './edit.ts';
import { parseJson5, toValue } from './tree.ts';

const edit = (text: string, path: ConfigPath, value: unknown): string =>
  editJson5(text, { path, value, file: 'cuttle.json5' });

const file = `// Cuttle at home
{
  gateway: {
    port: 18800, // the usual one
    bind: 'loopback' /* for now */,
    // auth: { token: 'x' },
  },

  /* who answers */
  agents: { defaults: { model: "local/m1" }, list: [{ id: 'main' }] },
  tools: { allow: [], deny: [
    'exec', // never
    'browser'
  ] }
} // the end
`;

describe('editJson5', () => {
  it('replaces a value and nothing else', () => {
    expect(edit(file, ['gateway', 'port'], 0)).toBe(file.replace('18800', '0'));
    expect(edit(file, ['gateway', 'bind'], "it's")).toBe(file.replace("'loopback'", `"it's"`));
    expect(edit(file, ['tools', 'deny', 0], 'x*')).toBe(file.replace("'exec'", "'x*'"));
  });

  it('adds keys in the manner of their neighbours', () => {
    const text = edit(
      edit(
        edit(edit(file, ['gateway', 'host'], 'a'), ['agents', 'defaults', 'system'], 'Be kind.'),
        ['log'],
        { level: 'debug', more: [1, 2] },
      ),
      ['agents', 'list', 1],
      { id: 'second' },
    );
    expect(text).toMatchInlineSnapshot(`
      "// Cuttle at home
      {
        gateway: {
          port: 18800, // the usual one
          bind: 'loopback' /* for now */,
          host: 'a',
          // auth: { token: 'x' },
        },

        /* who answers */
        agents: { defaults: { model: "local/m1", system: 'Be kind.' }, list: [{ id: 'main' }, { id: 'second' }] },
        tools: { allow: [], deny: [
          'exec', // never
          'browser'
        ] },
        log: {
          level: 'debug',
          more: [1, 2],
        }
      } // the end
      "
    `);
  });

  it('adds to lists of both kinds', () => {
    const text = edit(edit(file, ['tools', 'allow', 0], 'math'), ['tools', 'deny', 2], 'cron');
    expect(text).toBe(
      file
        .replace('allow: []', "allow: ['math']")
        .replace("'browser'\n", "'browser',\n    'cron'\n"),
    );
  });

  it('takes keys away with their line, and leaves the rest', () => {
    expect(edit(file, ['gateway', 'port'], undefined)).toBe(
      file.replace('    port: 18800, // the usual one\n', ''),
    );
    expect(edit(file, ['agents', 'defaults', 'model'], undefined)).toBe(
      file.replace('{ model: "local/m1" }', '{}'),
    );
    expect(edit(file, ['agents', 'defaults'], undefined)).toBe(
      file.replace('defaults: { model: "local/m1" }, ', ''),
    );
    expect(edit(file, ['agents', 'list'], undefined)).toBe(
      file.replace(", list: [{ id: 'main' }]", ''),
    );
    expect(edit(file, ['tools', 'deny', 1], undefined)).toBe(
      file.replace("'exec', // never\n    'browser'\n", "'exec' // never\n"),
    );
    expect(edit(file, ['nothing', 'here'], undefined)).toBe(file);
    expect(edit('{\n  log: {\n    level: 1, // much\n  },\n}\n', ['log', 'level'], undefined)).toBe(
      '{\n  log: {},\n}\n',
    );
  });

  it('takes a key away that was written twice', () => {
    expect(edit('{ a: 1, b: 2, a: 3 }', ['a'], undefined)).toBe('{ b: 2 }');
  });

  it('begins a file', () => {
    expect(edit('', ['gateway', 'port'], 0)).toBe('{\n  gateway: {\n    port: 0,\n  },\n}\n');
    expect(edit('// mine', ['log', 'level'], 'debug')).toBe(
      '// mine\n{\n  log: {\n    level: "debug",\n  },\n}\n',
    );
    expect(edit('{}', ['a'], 1)).toBe('{\n  a: 1,\n}');
  });

  it('keeps strict JSON strict', () => {
    const text = editJson5('{\n    "a": 1\n}\n', {
      path: ['b', 'c'],
      value: 'x',
      file: 'cuttle.json',
    });
    expect(text).toBe('{\n    "a": 1,\n    "b": {\n        "c": "x"\n    }\n}\n');
    expect(editJson5(text, { path: ['b'], value: undefined, file: 'cuttle.json' })).toBe(
      '{\n    "a": 1\n}\n',
    );
  });

  it('keeps the line ends of the file', () => {
    expect(edit('{\r\n  a: 1,\r\n}\r\n', ['b'], { c: 1 })).toBe(
      '{\r\n  a: 1,\r\n  b: {\r\n    c: 1,\r\n  },\r\n}\r\n',
    );
    expect(edit('{\r\n  a: 1,\r\n  b: 2,\r\n}\r\n', ['a'], undefined)).toBe(
      '{\r\n  b: 2,\r\n}\r\n',
    );
  });

  it('replaces what is in the way of a key', () => {
    expect(edit('{ gateway: null }', ['gateway', 'port'], 1)).toBe('{ gateway: {\n  port: 1,\n} }');
  });

  it('does not make places in lists that are not there', () => {
    expect(() => edit(file, ['tools', 'deny', 7], 'x')).toThrow(
      'the list has 2 items, so there is no place 7',
    );
    expect(() => edit(file, ['x', 3], 'x')).toThrow('there is no list that has a place 3');
  });
});

describe('editJson5, whatever the text', () => {
  const { json } = letrec<{ json: unknown }>((tie) => ({
    json: oneof(
      { maxDepth: 3 },
      string({ maxLength: 5 }),
      integer(),
      boolean(),
      constant(null),
      array(tie('json'), { maxLength: 3 }),
      dictionary(constantFrom('a', 'b', "it's", 'x y', '__proto__', 'null'), tie('json'), {
        maxKeys: 3,
      }),
    ),
  }));
  const gap = constantFrom('', ' ', '\n', '\n  ', ' // c\n', '/* d */', '\r\n\t');
  // Writes a value with random gaps and commas.
  const write = (value: unknown, next: () => string): string => {
    const comma = next().includes('\n') ? ',' : '';
    if (Array.isArray(value))
      return `[${next()}${value.map((item) => write(item, next) + next()).join(`,${next()}`)}${value.length > 0 ? comma : ''}${next()}]`;
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).map(
        ([key, member]) =>
          `${JSON.stringify(key)}${next()}:${next()}${write(member, next)}${next()}`,
      );
      return `{${next()}${members.join(`,${next()}`)}${members.length > 0 ? comma : ''}${next()}}`;
    }
    return JSON.stringify(value);
  };
  const keys = constantFrom<string | number>('a', 'b', "it's", 'x y', '__proto__', 0, 1);

  it('changes just what is named', () => {
    check(
      property(
        json,
        array(gap, { minLength: 7, maxLength: 40 }),
        array(keys, { minLength: 1, maxLength: 3 }),
        tuple(json, boolean()),
        (root, gaps, path, [value, takesAway]) => {
          let count = 0;
          const text = write({ root }, () => gaps[(count += 1) % gaps.length] ?? '');
          const full = ['root', ...path];
          const before = toValue(parseJson5(text));
          const after = editOrMiss(text, full, takesAway ? undefined : value);
          if (after === 'no such place') return;
          expect(toValue(parseJson5(after))).toEqual(
            takesAway ? without(before, full) : withPut(before, full, value),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function editOrMiss(text: string, path: ConfigPath, value: unknown): string {
  try {
    return edit(text, path, value);
  } catch (error) {
    if (error instanceof MissingPlace) return 'no such place';
    throw error;
  }
}

function own(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function withPut(root: unknown, [part, ...rest]: ConfigPath, value: unknown): unknown {
  if (part === undefined) return value;
  const inner = withPut(own(root, part), rest, value);
  if (Array.isArray(root))
    return part === root.length ? [...root, inner] : root.with(Number(part), inner);
  if (typeof root === 'object' && root !== null)
    return Object.fromEntries([
      ...Object.entries(root).filter(([key]) => key !== String(part)),
      [String(part), inner],
    ]);
  return typeof part === 'number' ? [inner] : Object.fromEntries([[part, inner]]);
}

function without(root: unknown, [part, ...rest]: ConfigPath): unknown {
  if (part === undefined || typeof root !== 'object' || root === null || !Object.hasOwn(root, part))
    return root;
  if (Array.isArray(root) && typeof part === 'string') return root;
  if (rest.length === 0) {
    if (Array.isArray(root)) return root.toSpliced(Number(part), 1);
    return Object.fromEntries(Object.entries(root).filter(([key]) => key !== String(part)));
  }
  const inner = without(own(root, part), rest);
  if (Array.isArray(root)) return root.with(Number(part), inner);
  return Object.fromEntries(
    Object.entries(root).map(([key, member]) => [key, key === String(part) ? inner : member]),
  );
}
