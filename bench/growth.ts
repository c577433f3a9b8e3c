import { createHttpClient, turnBody } from './http-client.ts';
import { residentMb, startGateway } from './gateway-child.ts';
import { startModel } from './model-child.ts';
import { atMost, type Bench, figure, quantile } from './report.ts';

const turns = 5000;

/** Whether a long conversation costs more than a young one. */
export const growthBench: Bench = {
  name: 'growth',
  title: `one session over ${turns} turns`,
  async run(report) {
    await using model = await startModel({ tokens: 10 });
    await using gateway = await startGateway({ modelUrl: model.url });
    const client = createHttpClient(gateway);
    const turn = async (session: string, i: number): Promise<number> =>
      (
        await client.post('/v1/chat/completions', turnBody(`message ${i} of a long conversation`), {
          'x-cuttle-session': session,
        })
      ).ms;
    for (let i = 0; i < 300; i += 1) await turn(`warm-${i % 3}`, i);
    const fresh: number[] = [];
    for (let session = 0; session < 20; session += 1)
      for (let i = 0; i < 10; i += 1) fresh.push(await turn(`fresh-${session}`, i));
    const memory = await residentMb(gateway.pid);
    for (let i = 0; i < turns; i += 1) await turn('long', i);
    const late: number[] = [];
    for (let i = 0; i < 200; i += 1) late.push(await turn('long', turns + i));
    client.close();
    const [young, old] = [quantile(fresh, 0.5), quantile(late, 0.5)];
    report(figure('a turn in a fresh session, p50', young, { unit: 'ms' }));
    report(figure(`a turn after ${turns}, p50`, old, { unit: 'ms' }));
    report(atMost('ratio', old / young, { limit: 1.5, unit: '×' }));
    report(
      figure('memory grown meanwhile', (await residentMb(gateway.pid)) - memory, { unit: 'MB' }),
    );
  },
};
