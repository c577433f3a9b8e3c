import { providerDefinitions, providerPresets } from '@cuttle/providers';
import { z } from 'zod';

type Schema = Readonly<Record<string, unknown>>;
type Row = (...cells: readonly string[]) => string;

/** Every kind of provider, from the rows that the gateway takes them from: the services, and the settings of each dialect. */
export function providerLines(row: Row): readonly string[] {
  const presets = new Map(providerPresets.map((preset) => [preset.id, preset]));
  const own = providerDefinitions.filter(({ id }) => !presets.has(id));
  return [
    'How they are set up and what each does differently: [providers.md](../providers.md).',
    '',
    row('Kind', 'Service', 'Speaks', 'Key, by custom', 'Address'),
    row('---', '---', '---', '---', '---'),
    ...providerDefinitions.map(({ id, title, keyVariable }) => {
      const preset = presets.get(id);
      const key = keyVariable === undefined ? 'none' : `\`${keyVariable}\``;
      const address = preset ? (preset.baseUrl ?? 'your own') : 'its own';
      return row(`\`${id}\``, title, `\`${preset?.dialect ?? id}\``, key, address);
    }),
    ...own.flatMap(({ title, options }) => [
      '',
      `## ${title}`,
      '',
      row('Setting', 'Takes', 'Default'),
      row('---', '---', '---'),
      ...settingsOf(z.toJSONSchema(options, { io: 'input' })).map(([name, schema]) =>
        row(`\`${name}\``, takes(schema), defaultOf(schema)),
      ),
    ]),
    '',
    '## Presets',
    '',
    'All speak `openai` and take its settings. What differs from its defaults:',
    '',
    row('Kind', 'Quirks'),
    row('---', '---'),
    ...providerPresets.map(({ id, quirks = {} }) =>
      row(
        `\`${id}\``,
        Object.entries(quirks)
          .map(([name, value]) => `\`${name}: ${JSON.stringify(value)}\``)
          .join(', '),
      ),
    ),
  ];
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function settingsOf(schema: Schema, path = ''): readonly (readonly [string, Schema])[] {
  const { properties } = schema;
  if (!isRecord(properties)) return [];
  return Object.entries(properties).flatMap(([name, child]) => {
    if (!isRecord(child)) return [];
    const inner = settingsOf(child, `${path}${name}.`);
    return inner.length > 0 ? inner : [[`${path}${name}`, child] as const];
  });
}

function takes({ type, enum: values, items, anyOf }: Schema): string {
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(' or ');
  if (Array.isArray(anyOf)) return anyOf.filter(isRecord).map(takes).join(' or ');
  if (type === 'array') return `list of ${isRecord(items) ? `${takes(items)}s` : 'anything'}`;
  return typeof type === 'string' ? type : 'anything';
}

function defaultOf(schema: Schema): string {
  return 'default' in schema ? `\`${JSON.stringify(schema['default'])}\`` : '';
}
