import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentMb, startGateway } from './gateway-child.ts';
import { atMost, type Bench, figure, quantile } from './report.ts';

const cli = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));

/** How fast it starts and what it holds when nothing happens. */
export const startBench: Bench = {
  name: 'start',
  title: 'start-up and idle memory of the built server',
  async run(report) {
    const bare = timeCommand(['-e', '0']);
    report(figure('bare node -e 0, median', bare, { unit: 'ms' }));
    const version = timeCommand([cli, '--version']);
    report(
      atMost('cuttle --version, median', version, {
        limit: 60,
        unit: 'ms',
        note: `${(version / bare).toFixed(2)} × bare node`,
      }),
    );
    const ready: number[] = [];
    const idle: number[] = [];
    const home = await startGateway();
    await home.stop();
    for (let i = 0; i < 5; i += 1) {
      const gateway = await startGateway({ home: home.home });
      ready.push(gateway.readyMs);
      // Idle is measured after the garbage of the start has had time to go.
      await pause(3000);
      idle.push(await residentMb(gateway.pid));
      await gateway.stop();
    }
    await home[Symbol.asyncDispose]();
    const readyMs = quantile(ready, 0.5);
    report(
      atMost('spawn to /ready, existing home, median', readyMs, {
        limit: 325,
        unit: 'ms',
        note: `${(readyMs / bare).toFixed(2)} × bare node`,
      }),
    );
    report(atMost('resident memory idle, median', quantile(idle, 0.5), { limit: 90, unit: 'MB' }));
  },
};

function timeCommand(argv: readonly string[]): number {
  const samples: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    const startedAt = performance.now();
    spawnSync(process.execPath, argv, { stdio: 'ignore' });
    samples.push(performance.now() - startedAt);
  }
  return quantile(samples.slice(2), 0.5);
}
