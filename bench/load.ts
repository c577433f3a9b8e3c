import { createHttpClient, turnBody } from './http-client.ts';
import { cpuMs, readGauge, residentMb, startGateway } from './gateway-child.ts';
import { startModel } from './model-child.ts';
import { atLeast, atMost, type Bench, figure, quantile } from './report.ts';

const clients = 32;
const warmUp = 60;
const turnsEach = 150;

/** Many clients at once. The model and the driver share the two cores with the gateway. */
export const loadBench: Bench = {
  name: 'load',
  title: `${clients} clients with durable turns back to back`,
  async run(report) {
    await using model = await startModel({ tokens: 10 });
    await using gateway = await startGateway({ modelUrl: model.url });
    const client = createHttpClient(gateway);
    const turns = async (count: number): Promise<number[]> => {
      const samples: number[] = [];
      const one = async (k: number): Promise<void> => {
        for (let i = 0; i < count; i += 1)
          samples.push(
            (await client.post('/v1/chat/completions', turnBody(`client ${k} turn ${i}`))).ms,
          );
      };
      await Promise.all(Array.from({ length: clients }, (_, k) => one(k)));
      return samples;
    };
    await turns(warmUp);
    await readGauge(gateway, 'cuttle_event_loop_delay_p99_ms');
    const cpuBefore = await cpuMs(gateway.pid);
    const startedAt = performance.now();
    const samples = await turns(turnsEach);
    const seconds = (performance.now() - startedAt) / 1000;
    const delay = await readGauge(gateway, 'cuttle_event_loop_delay_p99_ms');
    const cpu = ((await cpuMs(gateway.pid)) - cpuBefore) / samples.length;
    client.close();
    report(
      atLeast('durable turns per second', samples.length / seconds, { limit: 500, unit: '/s' }),
    );
    report(figure('time of a turn under load, p50', quantile(samples, 0.5), { unit: 'ms' }));
    report(figure('time of a turn under load, p99', quantile(samples, 0.99), { unit: 'ms' }));
    report(atMost('event-loop delay under load, p99', delay, { limit: 20, unit: 'ms' }));
    report(figure('CPU of a turn under load, all threads', cpu, { unit: 'ms' }));
    report(figure('resident memory after the load', await residentMb(gateway.pid), { unit: 'MB' }));
  },
};
