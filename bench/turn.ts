import { createHttpClient, turnBody } from './http-client.ts';
import { cpuMs, startGateway } from './gateway-child.ts';
import { bareHttp } from './machine.ts';
import { startModel } from './model-child.ts';
import { atMost, type Bench, figure, quantile } from './report.ts';

/** What a durable turn adds to the model's own time. */
export const turnBench: Bench = {
  name: 'turn',
  title: 'overhead of one durable turn over HTTP, one client',
  async run(report) {
    await using model = await startModel({ tokens: 10 });
    await using gateway = await startGateway({ modelUrl: model.url });
    const direct = createHttpClient({ url: model.url, token: 'test-key' });
    const client = createHttpClient(gateway);
    for (let i = 0; i < 300; i += 1)
      await client.post('/v1/chat/completions', turnBody(`warm up ${i}`, { stream: i % 2 === 0 }));
    const cpuBefore = await cpuMs(gateway.pid);
    const bare: number[] = [];
    const whole: number[] = [];
    const streamed: number[] = [];
    const first: number[] = [];
    for (let i = 0; i < 400; i += 1) {
      bare.push(
        (
          await direct.post(
            '/chat/completions',
            JSON.stringify({
              model: 'gpt-4.1-mini',
              stream: true,
              messages: [{ role: 'user', content: `turn ${i}` }],
            }),
          )
        ).ms,
      );
      whole.push((await client.post('/v1/chat/completions', turnBody(`turn ${i}`))).ms);
      const answer = await client.post(
        '/v1/chat/completions',
        turnBody(`turn ${i}`, { stream: true }),
      );
      streamed.push(answer.ms);
      first.push(answer.firstMs);
    }
    const cpu = ((await cpuMs(gateway.pid)) - cpuBefore) / (whole.length + streamed.length);
    direct.close();
    client.close();
    const model50 = quantile(bare, 0.5);
    report(figure('the model alone, p50', model50, { unit: 'ms' }));
    const http = await bareHttp();
    const p50 = quantile(whole, 0.5) - model50;
    report(
      atMost('overhead of a turn, p50', p50, {
        limit: 5,
        unit: 'ms',
        note: `${(p50 / http.value).toFixed(1)} × a bare HTTP round trip`,
      }),
    );
    report(
      atMost('overhead of a turn, p95', quantile(whole, 0.95) - model50, { limit: 15, unit: 'ms' }),
    );
    report(
      figure('overhead of a streamed turn, p50', quantile(streamed, 0.5) - model50, { unit: 'ms' }),
    );
    report(figure('headers of a streamed turn, p50', quantile(first, 0.5), { unit: 'ms' }));
    report(figure('CPU of a turn, all threads', cpu, { unit: 'ms' }));
  },
};
