import { CuttleError } from '@cuttle/core-types/errors';
import { editJson5, MissingPlace } from './json5/edit.ts';
import { Json5Failure } from './json5/failure.ts';
import type { ConfigPath } from './located.ts';
import { formatOf } from './source-format.ts';
import { syntaxError } from './syntax-error.ts';
import { createPositions } from './text-position.ts';

/**
 * The text of a configuration file with `value` at `path`; undefined takes the key away. Comments and layout stay.
 * Throws `config.syntax` where the text is none, and `config.invalid` where the place cannot be made or the format cannot be edited.
 */
export async function setConfigValue(
  text: string,
  change: { file: string; path: ConfigPath; value: unknown },
): Promise<string> {
  const { file, path } = change;
  if (path.length === 0) throw new CuttleError('config.invalid', 'Name the key to change.');
  switch (formatOf(file)) {
    case 'json5':
      return editJson5Text(text, change);
    case 'yaml': {
      const { editYaml } = await import('./yaml-edit.ts');
      return editYaml(text, change);
    }
    case 'toml':
      throw new CuttleError('config.invalid', 'A TOML file is not changed from here.', {
        hint: `Change ${file} in an editor, or keep the configuration as JSON5 or YAML.`,
      });
  }
}

function editJson5Text(
  text: string,
  change: { file: string; path: ConfigPath; value: unknown },
): string {
  try {
    return editJson5(text, change);
  } catch (error) {
    if (error instanceof MissingPlace)
      throw new CuttleError('config.invalid', `${error.message}.`, { cause: error });
    if (!(error instanceof Json5Failure)) throw error;
    const place = { source: change.file, ...createPositions(text)(error.offset) };
    throw syntaxError(place, error.message, error);
  }
}
