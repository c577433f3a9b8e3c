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

interface Settings {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exclude?: readonly string[];
}

const parse = (text: string | undefined) => JSON.parse(text ?? '') as Settings;

it.each(readdirSync(join(root, 'packages')))(
  'packages/%s is built as the template says',
  (name) => {
    const read = (file: string) => parse(readFileSync(join(root, 'packages', name, file), 'utf8'));
    const template = filesOf(wish);

    expect(read('tsconfig.json')).toEqual(parse(template['tsconfig.json']));
    // A package may keep more of its sources out of what it ships.
    const build = read('tsconfig.build.json');
    const asTold = parse(template['tsconfig.build.json']);
    expect(build).toEqual({ ...asTold, exclude: build.exclude });
    expect(build.exclude).toEqual(expect.arrayContaining([...(asTold.exclude ?? [])]));
    expect(read('package.json').scripts).toMatchObject(
      parse(template['package.json']).scripts ?? {},
    );
  },
);
