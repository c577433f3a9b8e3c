import { Json5Failure } from './failure.ts';
import {
  expectMark,
  fail,
  peek,
  readIdentifier,
  readNumber,
  readString,
  type Scanner,
} from './scanner.ts';

/** A JSON5 text with the place of everything in it: offsets in UTF-16 units, `end` exclusive. Comments and white space lie between. */
export type Json5Node = Json5Object | Json5Array | Json5Scalar;
export interface Json5Object {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  /** In the order of the text; of equal keys the last one counts. */
  readonly members: readonly Json5Member[];
}
export interface Json5Member {
  readonly key: string;
  readonly start: number;
  readonly value: Json5Node;
}
export interface Json5Array {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly items: readonly Json5Node[];
}
export interface Json5Scalar {
  readonly kind: 'scalar';
  readonly start: number;
  readonly end: number;
  readonly value: string | number | boolean | null;
}

/** Deeper nesting is no configuration and could exhaust the stack. */
const maxDepth = 200;

/** Throws `Json5Failure`. */
export function parseJson5(text: string): Json5Node {
  const scanner: Scanner = { text, at: 0 };
  const root = parseValue(scanner, 0);
  if (peek(scanner) !== '') fail(scanner, 'the end of the text');
  return root;
}

/** The plain value of a node. A key `__proto__` is an ordinary one. */
export function toValue(node: Json5Node): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, toValue(value)]));
    case 'array':
      return node.items.map(toValue);
    case 'scalar':
      return node.value;
  }
}

function parseValue(scanner: Scanner, depth: number): Json5Node {
  const next = peek(scanner);
  const start = scanner.at;
  if (depth > maxDepth) throw new Json5Failure('this is nested too deeply', start);
  if (next === '{') return parseObject(scanner, depth);
  if (next === '[') return parseArray(scanner, depth);
  const value = parseScalar(scanner, next);
  return { kind: 'scalar', start, end: scanner.at, value };
}

function parseObject(scanner: Scanner, depth: number): Json5Object {
  const start = scanner.at;
  const members: Json5Member[] = [];
  expectMark(scanner, '{');
  while (peek(scanner) !== '}') {
    const from = scanner.at;
    const key = parseKey(scanner);
    expectMark(scanner, ':');
    members.push({ key, start: from, value: parseValue(scanner, depth + 1) });
    if (!takeComma(scanner, '}')) break;
  }
  expectMark(scanner, '}');
  return { kind: 'object', start, end: scanner.at, members };
}

function parseArray(scanner: Scanner, depth: number): Json5Array {
  const start = scanner.at;
  const items: Json5Node[] = [];
  expectMark(scanner, '[');
  while (peek(scanner) !== ']') {
    items.push(parseValue(scanner, depth + 1));
    if (!takeComma(scanner, ']')) break;
  }
  expectMark(scanner, ']');
  return { kind: 'array', start, end: scanner.at, items };
}

function takeComma(scanner: Scanner, close: string): boolean {
  const next = peek(scanner);
  if (next !== ',' && next !== close) fail(scanner, `"," or ${JSON.stringify(close)}`);
  if (next === ',') expectMark(scanner, ',');
  return next === ',';
}

function parseKey(scanner: Scanner): string {
  const next = peek(scanner);
  if (next === '"' || next === "'") return readString(scanner);
  const word = readIdentifier(scanner);
  return word === '' ? fail(scanner, 'a key') : word;
}

function parseScalar(scanner: Scanner, next: string): Json5Scalar['value'] {
  if (next === '"' || next === "'") return readString(scanner);
  if (next === '+' || next === '-') {
    expectMark(scanner, next);
    const value = parseUnsigned(scanner);
    return next === '-' ? -value : value;
  }
  const start = scanner.at;
  const word = readIdentifier(scanner);
  switch (word) {
    case '':
      return readNumber(scanner);
    case 'null':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    case 'Infinity':
      return Infinity;
    case 'NaN':
      return NaN;
    default:
      throw new Json5Failure(`${JSON.stringify(word)} must be in quotes`, start);
  }
}

function parseUnsigned(scanner: Scanner): number {
  const start = scanner.at;
  const word = readIdentifier(scanner);
  if (word === '') return readNumber(scanner);
  if (word === 'Infinity') return Infinity;
  if (word === 'NaN') return NaN;
  throw new Json5Failure('expected a number after the sign', start);
}
