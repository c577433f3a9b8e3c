import { bundle } from '@cuttle/tooling/tsup';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** zod brings its messages in fifty languages; ours are in English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** The configuration is watched by the server alone. */
const withoutWatcher: Plugin = {
  name: 'without-watcher',
  setup(build) {
    build.onResolve({ filter: /^chokidar$/ }, ({ path }) => ({ path, external: true }));
  },
};

const shared = bundle('src/main.ts');

export default {
  ...shared,
  esbuildPlugins: [englishOnly, withoutWatcher],
  esbuildOptions(options, context) {
    shared.esbuildOptions?.(options, context);
    // A command that fails shows a code and a next step, never a stack, so names may go.
    options.minifyIdentifiers = true;
  },
} satisfies Options;
