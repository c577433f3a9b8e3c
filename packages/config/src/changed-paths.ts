import { formatConfigPath } from './config-path.ts';
import type { ConfigPath } from './located.ts';
import type { Config } from './schema.ts';

/** How deep a section is told apart: one account, one provider, one key of everything else. */
const depths: Readonly<Record<string, number>> = { channels: 3, providers: 2 };

/** What differs between two configurations, as paths a restart can be limited to: `channels.telegram.main`, `gateway.port`. */
export function changedPaths(before: Config, after: Config): readonly string[] {
  const found: string[] = [];
  const compare = (left: unknown, right: unknown, path: ConfigPath): void => {
    if (isEqual(left, right)) return;
    const depth = depths[String(path[0])] ?? 2;
    if (path.length < depth && isObject(left) && isObject(right)) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
        compare(left[key], right[key], [...path, key]);
    } else found.push(formatConfigPath(path));
  };
  compare(before, after, []);
  return found;
}

function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  if (!isObject(left) || !isObject(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => isEqual(left[key], right[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
