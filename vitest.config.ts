import { defineConfig } from 'vitest/config';

/** Workspace packages resolve to their sources, so that tests need no build. */
export const conditions = ['@cuttle/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
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
  },
});
