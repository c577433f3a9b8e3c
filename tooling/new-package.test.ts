import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, objectionTo } from './new-package.ts';
import { root } from './steps.ts';

const wish = { name: 'voice', tag: 'adapter', description: 'Speech for Cuttle.' };

describe('filesOf', () => {
  it('fills the template', () => {
    const files = filesOf(wish);
    expect(Object.keys(files).toSorted()).toEqual([
      'README.md',
      'package.json',
      'src/index.ts',
      'tsconfig.build.json',
      'tsconfig.json',
      'tsup.config.ts',
      'turbo.json',
    ]);
    expect(JSON.parse(files['package.json'] ?? '')).toMatchObject({ name: '@cuttle/voice' });
    expect(JSON.parse(files['turbo.json'] ?? '')).toEqual({ extends: ['//'], tags: ['adapter'] });
    expect(Object.values(files).join('')).not.toContain('{{');
  });
});

describe('objectionTo', () => {
  it.each([
    [{ ...wish, name: 'Voice' }, 'not kebab-case'],
    [{ ...wish, name: '' }, 'not kebab-case'],
    [{ ...wish, tag: 'misc' }, 'no tag "misc"'],
    [{ ...wish, name: 'agent' }, 'there already'],
  ])('refuses %o', (refused, reason) => {
    expect(objectionTo(refused, ['adapter', 'engine'])).toContain(reason);
  });

  it('agrees to a free name with a known tag', () => {
    expect(objectionTo(wish, ['adapter'])).toBeUndefined();
  });
});

const parseManifest = (text: string) => JSON.parse(text) as { scripts: Record<string, string> };

it.each(readdirSync(join(root, 'packages')))(
  'packages/%s is built as the template says',
  (name) => {
    const template = filesOf(wish);
    for (const file of ['tsconfig.json', 'tsconfig.build.json'])
      expect(readFileSync(join(root, 'packages', name, file), 'utf8')).toBe(template[file]);
    const manifest = parseManifest(
      readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
    );
    expect(manifest.scripts).toMatchObject(parseManifest(template['package.json'] ?? '').scripts);
  },
);
