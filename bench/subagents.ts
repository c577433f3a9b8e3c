import { createHttpClient, turnBody } from './http-client.ts';
import { readGauge, residentMb, startGateway } from './gateway-child.ts';
import { startModel } from './model-child.ts';
import { atMost, type Bench, figure } from './report.ts';

const count = 100;
const pauseMs = 20;

/** One run that gives work to a hundred sub-agents at once and waits for all of them. */
export const subagentsBench: Bench = {
  name: 'subagents',
  title: `${count} sub-agents of one run at once, each ${10 * pauseMs} ms of a model's time`,
  async run(report) {
    await using model = await startModel({ tokens: 10 });
    const agents = { defaults: { subagents: { maxChildren: count } } };
    await using gateway = await startGateway({ modelUrl: model.url, agents });
    const client = createHttpClient(gateway);
    const session = { 'x-cuttle-session': 'bench' };
    await client.post('/v1/chat/completions', turnBody('warm up'), session);
    const before = await residentMb(gateway.pid);
    await readGauge(gateway, 'cuttle_event_loop_delay_p99_ms');
    const task = `[[tokens=10]] [[delay=${pauseMs}]]`;
    // Each call is another one: the same call over and over would end the run.
    const spawns = Array.from(
      { length: count },
      (_, index) => `agent_spawn ${JSON.stringify({ task, label: `bench ${index}` })}`,
    );
    const words = `[[parallel=${spawns.join(',')}]] [[tool=agent_wait {}]] [[say=all]]`;
    const { ms, text } = await client.post('/v1/chat/completions', turnBody(words), session);
    client.close();
    if (!text.includes('all')) throw new Error(`The run did not end well: ${text.slice(0, 300)}`);
    const p99 = await readGauge(gateway, 'cuttle_event_loop_delay_p99_ms');
    const after = await residentMb(gateway.pid);
    report(atMost('until all of them were told', ms, { limit: 5_000, unit: 'ms' }));
    report(figure('of it, one sub-agent', ms / count, { unit: 'ms' }));
    report(atMost('memory they took', after - before, { limit: 120, unit: 'MB' }));
    report(atMost('event loop held, p99', p99, { limit: 50, unit: 'ms' }));
  },
};
