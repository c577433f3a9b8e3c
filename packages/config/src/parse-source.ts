import { Json5Failure } from './json5/failure.ts';
import { type Json5Node, parseJson5 } from './json5/tree.ts';
import {
  emptyObject,
  fromPlain,
  type Located,
  type LocatedMember,
  type Origin,
} from './located.ts';
import { createPositions } from './text-position.ts';
import { formatOf } from './source-format.ts';
import { syntaxError } from './syntax-error.ts';

/** A configuration file's text with the place of everything in it. Empty is an empty object. Throws `config.syntax`. */
export async function parseSource(source: string, text: string): Promise<Located> {
  switch (formatOf(source)) {
    case 'json5':
      return parseJson5Source(source, text);
    case 'yaml': {
      const { parseYamlSource } = await import('./yaml-source.ts');
      return parseYamlSource(source, text);
    }
    case 'toml':
      return parseTomlSource(source, text);
  }
}

function parseJson5Source(source: string, text: string): Located {
  const positionOf = createPositions(text);
  const place = (offset: number): Origin => ({ source, ...positionOf(offset) });
  if (isBlank(text)) return emptyObject(place(0));
  try {
    return locate(parseJson5(text), place);
  } catch (error) {
    if (!(error instanceof Json5Failure)) throw error;
    throw syntaxError(place(error.offset), error.message, error);
  }
}

/** Nothing but white space and comments. */
function isBlank(text: string): boolean {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*|\s|\uFEFF/g, '') === '';
}

function locate(node: Json5Node, place: (offset: number) => Origin): Located {
  const origin = place(node.start);
  switch (node.kind) {
    case 'scalar':
      return { kind: 'scalar', origin, value: node.value };
    case 'array':
      return { kind: 'array', origin, items: node.items.map((item) => locate(item, place)) };
    case 'object': {
      const members = node.members.map(({ key, start, value }): [string, LocatedMember] => [
        key,
        { origin: place(start), value: locate(value, place) },
      ]);
      return { kind: 'object', origin, members: new Map(members) };
    }
  }
}

async function parseTomlSource(source: string, text: string): Promise<Located> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    // smol-toml tells no places but those of faults.
    return fromPlain(parse(text), { source });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column, message } = error;
    throw syntaxError({ source, line, column }, message.split('\n', 1)[0] ?? message, error);
  }
}
