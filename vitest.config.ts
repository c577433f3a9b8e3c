import { defineConfig } from 'vitest/config';

/** Workspace packages resolve to their sources, so that tests need no build. */
export const conditions = ['@cuttle/source', 'module', 'node', 'development|production'];

/** Dependencies are imported by Node, with these conditions; what stands behind `module` is for bundlers. */
export const nodeConditions = conditions.filter((condition) => condition !== 'module');

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions: nodeConditions, externalConditions: nodeConditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.{ts,tsx}',
      'tooling/**/*.test.ts',
      'docs/**/*.test.ts',
    ],
    exclude: ['**/*.live.test.ts', '**/node_modules/**', '**/dist/**'],
    environment: 'node',
    setupFiles: ['tooling/loopback-only.ts'],
    // Time enough on a busy machine: what hangs is found later, what is slow for once is not called broken.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // No module of ours keeps state, so files can share what they import: loading it anew for each took half of the time.
    isolate: false,
    // Without a number vitest leaves one core to itself, and it is hardly busy.
    maxWorkers: '100%',
  },
});
