import { defineConfig } from 'vitest/config';
import { conditions } from './vitest.config.ts';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['tooling/loopback-only.ts'],
    // The suites start servers and measure time: one file at a time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
