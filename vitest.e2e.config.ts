import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tooling/longest-first.ts';
import { conditions } from './vitest.config.ts';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['e2e/**/*.test.ts', 'bench/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['tooling/loopback-only.ts'],
    // Each file has a process of its own: one that has opened hundreds of stores, threads and sockets is nobody's.
    // Files wait for processes, disks and a browser half of their time: three of them keep two cores busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Where a file's tests run side by side, two cores are what they have.
    maxConcurrency: 2,
    testTimeout: 60_000,
    // What comes soon comes later on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
  },
});
