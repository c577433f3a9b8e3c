import { z } from 'zod';
import { configSchema } from './schema.ts';
import { shapeOf } from './schema-shape.ts';

/** One key of the configuration, as its reference tells it. */
export interface KeyReference {
  /** `agents.list[].id`, `providers.<id>.kind`. */
  readonly path: string;
  readonly type: string;
  /** JSON; undefined where there is none. */
  readonly fallback: string | undefined;
  readonly description: string;
  readonly depth: number;
  readonly isSection: boolean;
}

/** Every key of the schema, in its order, sections before what is in them. */
export function describeKeys(): readonly KeyReference[] {
  const keys: KeyReference[] = [];
  const look = (schema: z.ZodType, path: string, depth: number): void => {
    const shape = shapeOf(schema);
    if (shape.kind === 'record')
      look(shape.value, `${path}.<${path === 'providers' ? 'id' : 'name'}>`, depth);
    if (shape.kind === 'array') look(shape.element, `${path}[]`, depth);
    if (shape.kind !== 'object') return;
    for (const [name, member] of shape.members) {
      const own = path === '' ? name : `${path}.${name}`;
      keys.push(describeKey(member, own, depth));
      look(member, own, depth + 1);
    }
  };
  look(configSchema, '', 0);
  return keys;
}

/** The page of the documentation with every key. */
export function configReference(): string {
  const keys = describeKeys();
  const sections = keys
    .filter(({ depth }) => depth === 0)
    .map(({ path, description }) => {
      const inside = keys.filter((key) => !key.isSection && key.path.startsWith(`${path}.`));
      return `\n## \`${path}\`\n\n${description}\n${table(inside)}`;
    });
  return `# Configuration keys

Generated from the schema; do not edit. How a configuration is read: [configuration.md](../configuration.md).
${sections.join('')}`;
}

const heads = ['Key', 'Type', 'Default', 'Meaning'] as const;

function table(keys: readonly KeyReference[]): string {
  if (keys.length === 0) return '';
  const rows = keys.map(({ path, type, fallback, description }) =>
    [`\`${path}\``, type, fallback === undefined ? '' : `\`${fallback}\``, description].map(
      (text) => text.replaceAll('|', '\\|'),
    ),
  );
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return `\n${line(heads)}${rule}${rows.map(line).join('')}`;
}

function describeKey(schema: z.ZodType, path: string, depth: number): KeyReference {
  const { kind } = shapeOf(schema);
  return {
    path,
    depth,
    type: typeOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })),
    fallback: fallbackOf(schema),
    description: schema.description ?? '',
    isSection: kind === 'object' || (kind === 'record' && depth > 0),
  };
}

/** What stands where nothing is written. */
function fallbackOf(schema: z.ZodType): string | undefined {
  const parsed = schema.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? JSON.stringify(parsed.data) : undefined;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function typeOf({ type, enum: choices, items, minimum, maximum }: JsonSchema): string {
  if (choices) return choices.map((choice) => `\`${String(choice)}\``).join(' or ');
  if (type === 'array')
    return `list of ${typeof items === 'object' && !Array.isArray(items) ? plural(typeOf(items)) : 'values'}`;
  if (type === 'integer') return range(minimum, maximum);
  return typeof type === 'string' ? type : 'any';
}

function plural(type: string): string {
  return type.endsWith('`') ? type : `${type}s`;
}

function range(minimum: number | undefined, maximum: number | undefined): string {
  const least =
    minimum !== undefined && Number.isSafeInteger(minimum) && minimum > Number.MIN_SAFE_INTEGER
      ? minimum
      : undefined;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (least === undefined) return 'integer';
  return most === undefined ? `integer from ${least}` : `integer, ${least} to ${most}`;
}
