import { CuttleError } from '@cuttle/core-types/errors';
import type { ConfigPath } from './located.ts';

const part = /\.?([^.[\]"]+)|\[(\d+)\]|\.?\["((?:[^"\\]|\\.)*)"\]/y;

/** `gateway.port`, `agents.list[0].model` or `agents.list.0.model`, `providers["my.own"].baseUrl`. Throws `config.invalid`. */
export function parseConfigPath(text: string): ConfigPath {
  const path: (string | number)[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (!found)
      throw new CuttleError('config.invalid', `"${text}" is not the path of a key.`, {
        hint: 'Write it like gateway.port, agents.list[0].model or providers["my.own"].baseUrl.',
      });
    const [, plain, index, quoted] = found;
    if (index !== undefined) path.push(Number(index));
    else if (plain === undefined) path.push((quoted ?? '').replace(/\\(.)/g, '$1'));
    else path.push(/^\d+$/.test(plain) ? Number(plain) : plain.trim());
  }
  if (path.length === 0) throw new CuttleError('config.invalid', 'Name the key to change.');
  return path;
}

/** The inverse of `parseConfigPath`; '' for the whole. */
export function formatConfigPath(path: ConfigPath): string {
  return path.reduce<string>((text, one) => {
    if (typeof one === 'number') return `${text}[${one}]`;
    if (/[.[\]"\s]/.test(one) || /^\d+$/.test(one) || one === '')
      return `${text}[${JSON.stringify(one)}]`;
    return text === '' ? one : `${text}.${one}`;
  }, '');
}
