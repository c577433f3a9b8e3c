import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { longest } from './longest-first.ts';
import { root } from './steps.ts';

it.each(longest)('begins early with a suite that is there: %s', (path) => {
  expect(existsSync(join(root, path))).toBe(true);
});
