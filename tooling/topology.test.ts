import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './steps.ts';

interface Member {
  readonly name: string;
  readonly tag: string;
  /** The packages of ours that it depends on. */
  readonly uses: readonly string[];
  /** The ones that it takes into its own build, or starts. */
  readonly bundles?: readonly string[];
  readonly exports?: readonly string[];
}

/** The monorepo as it is decided: an arrow, a name, a tag or an export key changes here first. Short names stand for `@cuttle/...`. */
const decided: Readonly<Record<string, Member>> = {
  'packages/core-types': {
    name: 'core-types',
    tag: 'core',
    uses: [],
    exports: ['.', './ports', './errors', './protocol', './reading', './texts', './bridge'],
  },
  'packages/config': { name: 'config', tag: 'base', uses: ['core-types'], exports: ['.'] },
  'packages/security': {
    name: 'security',
    tag: 'base',
    uses: ['core-types'],
    exports: ['.', './policy', './credentials', './fetch'],
  },
  'packages/testkit': {
    name: 'testkit',
    tag: 'testing',
    uses: ['core-types'],
    exports: [
      '.',
      './anthropic',
      './bedrock',
      './openai',
      './openai-responses',
      './gemini',
      './ollama',
      './oauth',
      './telegram',
      './discord',
      './whatsapp',
      './slack',
      './whatsapp-web',
      './channel-contract',
      './crash',
    ],
  },
  'packages/providers': {
    name: 'providers',
    tag: 'adapter',
    uses: ['core-types'],
    exports: [
      '.',
      './anthropic',
      './bedrock',
      './openai',
      './openai-responses',
      './gemini',
      './ollama',
      './offline',
      './login',
      './options',
    ],
  },
  'packages/tools': {
    name: 'tools',
    tag: 'adapter',
    uses: ['core-types', 'security'],
    exports: ['.'],
  },
  'packages/media': {
    name: 'media',
    tag: 'adapter',
    uses: ['core-types'],
    exports: ['.', './films'],
  },
  'packages/store': {
    name: 'store',
    tag: 'adapter',
    uses: ['core-types'],
    exports: ['.', './sqlite', './contract'],
  },
  'packages/channels': {
    name: 'channels',
    tag: 'adapter',
    uses: ['core-types'],
    exports: [
      '.',
      './telegram',
      './conformance',
      './discord',
      './whatsapp',
      './whatsapp-web',
      './slack',
      './options',
    ],
  },
  'packages/whatsapp-web': {
    name: 'whatsapp-web',
    tag: 'adapter',
    uses: ['core-types'],
    exports: ['.'],
  },
  'packages/agent': { name: 'agent', tag: 'engine', uses: ['core-types'], exports: ['.'] },
  'packages/sessions': { name: 'sessions', tag: 'engine', uses: ['core-types'], exports: ['.'] },
  'packages/cron': { name: 'cron', tag: 'engine', uses: ['core-types'], exports: ['.'] },
  'packages/runtime': {
    name: 'runtime',
    tag: 'kernel',
    uses: ['agent', 'core-types', 'security', 'sessions'],
    exports: ['.'],
  },
  'packages/gateway': {
    name: 'gateway',
    tag: 'gateway',
    uses: ['core-types', 'runtime', 'security', 'sessions'],
    exports: ['.'],
  },
  'packages/client': {
    name: 'client',
    tag: 'client',
    uses: ['core-types'],
    exports: ['.', './file-buffer'],
  },
  'apps/server': {
    name: 'server',
    tag: 'app',
    uses: [
      'channels',
      'config',
      'core-types',
      'cron',
      'gateway',
      'media',
      'providers',
      'runtime',
      'security',
      'sessions',
      'store',
      'tools',
    ],
    bundles: ['web'],
    exports: ['.'],
  },
  'apps/worker': { name: 'worker', tag: 'app', uses: ['core-types', 'server'] },
  'apps/cli': {
    name: 'cuttle',
    tag: 'app',
    uses: [],
    bundles: ['client', 'config', 'core-types', 'providers', 'security', 'server', 'worker'],
  },
  'apps/web': { name: 'web', tag: 'app', uses: [], bundles: ['client', 'core-types'] },
};

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, unknown>> };
}

const parse = (...path: readonly string[]): unknown =>
  JSON.parse(readFileSync(join(root, ...path), 'utf8'));
const manifestOf = (folder: string) => parse(folder, 'package.json') as Manifest;
const ours = (dependencies: Readonly<Record<string, string>> = {}) =>
  Object.keys(dependencies)
    .filter((name) => name.startsWith('@cuttle/'))
    .map((name) => name.replace('@cuttle/', ''))
    .toSorted();

const folders = ['apps', 'packages'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);

it('has no package that was not decided, and lacks none', () => {
  expect(folders.toSorted()).toEqual(Object.keys(decided).toSorted());
});

it('keeps the root free of our packages, or each would depend on all of them', () => {
  const { dependencies, devDependencies } = manifestOf('.');
  expect([...ours(dependencies), ...ours(devDependencies)]).toEqual([]);
});

describe.each(Object.entries(decided))('%s', (folder, member) => {
  const manifest = manifestOf(folder);

  it('has its name, tag, arrows and export keys', () => {
    const { tags } = parse(folder, 'turbo.json') as { readonly tags: readonly string[] };
    // Any package may be built with tooling and tested with testkit.
    const bundles = ours(manifest.devDependencies).filter(
      (name) => !['tooling', 'testkit'].includes(name),
    );
    const found: Member = {
      name: manifest.name.replace('@cuttle/', ''),
      tag: tags.join(),
      uses: ours(manifest.dependencies),
      ...(bundles.length > 0 && { bundles }),
      ...(manifest.exports && { exports: Object.keys(manifest.exports) }),
    };
    expect(found).toEqual(member);
  });

  it('exports its sources to this repository and its build to everyone', () => {
    const published = manifest.publishConfig?.exports;
    for (const [key, target] of Object.entries(manifest.exports ?? {})) {
      const source = target['@cuttle/source'] ?? '';
      const built = source.replace('./src/', './dist/').replace(/\.ts$/, '');
      expect(Object.keys(target)[0]).toBe('@cuttle/source');
      expect(target).toEqual({
        '@cuttle/source': source,
        types: `${built}.d.ts`,
        default: `${built}.js`,
      });
      expect(published?.[key]).toEqual({ types: `${built}.d.ts`, default: `${built}.js` });
    }
    expect(Object.keys(published ?? {})).toEqual(Object.keys(manifest.exports ?? {}));
  });
});
