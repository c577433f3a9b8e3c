import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Options } from 'tsup';

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly '@cuttle/source': string }>>;
}

type Entries = Readonly<Record<string, string>>;

const shared = {
  format: 'esm',
  target: 'node24',
  dts: false,
  silent: true,
  splitting: true,
  // tsup strips `node:` unless told otherwise, and `node:sqlite` has no bare name.
  removeNodeProtocol: false,
} as const satisfies Options;

/** A published package: one entry per key of its `exports`, dependencies left outside; `extra` adds files that are started and not imported. */
export function lib(extra: Entries = {}): Options {
  // Every manifest is held to this shape by tooling/topology.test.ts.
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const entry: Record<string, string> = { ...extra };
  for (const { '@cuttle/source': source } of Object.values(manifest.exports))
    entry[source.replace('./src/', '').replace(/\.ts$/, '')] = source;
  return { ...shared, entry, sourcemap: true };
}

// Compiling is a third of an app's start, and Node keeps its result only for what is loaded after this call.
// The cache lies beside the code: only who may change the code may change what is run in its place.
const launcher = (startFlags: readonly string[]): string => `#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
for (const flag of ${JSON.stringify(startFlags)}) setFlagsFromString(flag);
enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
await import('./app.js');
`;

// What a start leaves behind is collected in a small nursery: 8 MB less for a process that then waits.
const smallNursery = '--semi-space-growth-factor=1';
// Nothing of a start runs often enough to be worth optimising: the compilers are 5 MB that need not come into memory.
const noOptimising = ['--no-turbofan', '--no-maglev'];

/**
 * An app: everything inside, so that start-up reads few files; what is imported lazily becomes a chunk of its own.
 * `main` is started through `dist/main.js`; `others` are files that it starts as workers, all flat in `dist`.
 * One that `stays` starts without optimising and takes that back itself once it has started.
 */
export function bundle(
  main: string,
  others: Entries = {},
  { stays = false }: { readonly stays?: boolean } = {},
): Options {
  return {
    ...shared,
    esbuildPlugins: [englishOnly, memoryOnly, dialsLater],
    entry: { app: main, ...others },
    noExternal: [/.*/],
    // CommonJS parts inside an ES module bundle still call `require`.
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
    esbuildOptions(options) {
      // Names stay, for readable stacks.
      options.minifySyntax = true;
      options.minifyWhitespace = true;
      options.conditions = ['@cuttle/source', 'import', 'node'];
      // The UMD builds that `main` names do not survive bundling (jsonc-parser).
      options.mainFields = ['module', 'main'];
    },
    async onSuccess() {
      const flags = [smallNursery, ...(stays ? noOptimising : [])];
      await writeFile('dist/main.js', launcher(flags), { mode: 0o755 });
    },
  };
}

// zod brings its messages in some fifty languages, half of its size; ours are said in English.
const englishOnly: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

// Of its two dozen limiters we use the one in memory; another loads Node's cluster.
const memoryOnly: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'memory-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]rate-limiter-flexible[\\/]index\.js$/ }, () => ({
      contents: "exports.RateLimiterMemory = require('./lib/RateLimiterMemory');",
    }));
  },
};

// A WebSocket server takes its connections from an HTTP server; only a client needs TLS, when it dials.
const dialsLater: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'dials-later',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(?:https|tls)$/ }, ({ importer, path }) =>
      /[\\/]ws[\\/]lib[\\/]/.test(importer) ? { path, namespace: 'dials-later' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'dials-later' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_none, name) => require('node:${path}')[name] });`,
    }));
  },
};
