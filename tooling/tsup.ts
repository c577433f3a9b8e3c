import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

interface Manifest {
  readonly exports: Record<string, { readonly '@cuttle/source': string }>;
}

const shared = {
  format: 'esm',
  target: 'node24',
  dts: false,
  clean: false,
  silent: true,
  splitting: true,
  // tsup's default strips `node:`, and `node:sqlite` has no bare name.
  removeNodeProtocol: false,
} as const satisfies Options;

/** A published package: one entry per key of its `exports`, dependencies left outside. */
export function lib(extra: Readonly<Record<string, string>> = {}): Options {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const sources = Object.values(manifest.exports).map((target) => target['@cuttle/source']);
  const entry = Object.fromEntries(
    sources.map((source) => [source.replace('./src/', '').replace(/\.ts$/, ''), source]),
  );
  return defineConfig({ ...shared, entry: { ...entry, ...extra }, sourcemap: true }) as Options;
}

/** An app: everything inside, lazily imported packages as chunks of their own. */
export function bundle(entry: Readonly<Record<string, string>>): Options {
  return defineConfig({
    ...shared,
    entry: { ...entry },
    noExternal: [/.*/],
    minifySyntax: true,
    minifyWhitespace: true,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    esbuildOptions(options) {
      options.conditions = ['@cuttle/source', 'import', 'node'];
      options.mainFields = ['module', 'main'];
    },
  }) as Options;
}
