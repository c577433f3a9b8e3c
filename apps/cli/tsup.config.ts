import { bundle } from '@cuttle/tooling/tsup';
import type { Options } from 'tsup';

const shared = bundle('src/main.ts');

export default {
  ...shared,
  esbuildOptions(options, context) {
    shared.esbuildOptions?.(options, context);
    // A command that fails shows a code and a next step, never a stack, so names may go.
    options.minifyIdentifiers = true;
  },
} satisfies Options;
