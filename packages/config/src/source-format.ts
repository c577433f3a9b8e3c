/** How a configuration file is written, by its extension; JSON is JSON5 too. */
export type SourceFormat = 'json5' | 'yaml' | 'toml';

export function formatOf(file: string): SourceFormat {
  const name = file.toLowerCase();
  if (name.endsWith('.yaml') || name.endsWith('.yml')) return 'yaml';
  return name.endsWith('.toml') ? 'toml' : 'json5';
}
