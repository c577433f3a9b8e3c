import { contextMs } from './context-time.ts';
import { residentMb, startGateway } from './gateway-child.ts';
import { heldHeapMb } from './heap-inspector.ts';
import { startLongModel } from './long-model.ts';
import { createLongSession, longWindow, standingOrder } from './long-session.ts';
import { atMost, type Bench, figure, quantile, type Row } from './report.ts';

/** A conversation that is many times as long as its model's window, with large results of tools between. */
export const longBench: Bench = {
  name: 'long',
  title: 'one session of 10,000 turns at a model of 32k tokens, results of tools of 1 to 200 kB',
  async run(report, { turns: wanted = '10000' }) {
    const turns = Number(wanted);
    report(atMost('500 entries fitted into a window', contextMs(500), { limit: 2, unit: 'ms' }));
    await using model = await startLongModel({ window: longWindow, order: standingOrder });
    await using gateway = await startGateway({
      modelUrl: model.url,
      models: [{ id: 'gpt-4.1-mini', contextWindow: longWindow }],
      agents: { defaults: { model: 'model/gpt-4.1-mini' } },
      inspect: true,
    });
    const session = createLongSession(gateway);
    await session.pin();
    const memory: Memory[] = [];
    const looks = new Set([Math.floor(turns / 10), Math.floor(turns / 2), turns - 1]);
    const talk = await session.talk(turns, async (turn) => {
      if (!looks.has(turn)) return;
      const resident = await residentMb(gateway.pid);
      memory.push({ resident, held: await heldHeapMb(gateway.inspectorUrl ?? '') });
    });
    const facts = await model.facts();
    const none = { limit: 0, unit: '' } as const;
    report(atMost('answers that failed', talk.failed.length, { ...none, note: talk.failed[0] }));
    report(figure('calls of the model', facts.calls, { unit: '' }));
    report(figure('of them for summaries', facts.summaries, { unit: '' }));
    report(figure('refused as too long, recovered', facts.refused, { unit: '' }));
    report(atMost('requests that broke a rule', facts.faults, none));
    report(atMost('requests without the standing order', facts.withoutOrder, none));
    for (const row of [...timeRows(talk.tookMs), ...memoryRows(memory)]) report(row);
    const { summaries, wrong } = await session.restore(facts);
    session.close();
    const after = await model.facts();
    report(figure('summaries taken back', summaries, { unit: '' }));
    report(atMost('of them otherwise than promised', wrong.length, { ...none, note: wrong[0] }));
    report(figure('questions of before asked again', facts.befores.length, { unit: '' }));
    report(figure('of them in the same bytes', after.equal, { unit: '' }));
    const unequal = facts.befores.length - after.equal;
    report(atMost('of them in other bytes', unequal, { ...none, note: after.different[0] }));
  },
};

interface Memory {
  readonly resident: number;
  /** What is left of the heap when garbage has been collected. */
  readonly held: number;
}

function timeRows(tookMs: readonly number[]): readonly Row[] {
  const [young, old] = [quantile(tookMs.slice(10, 110), 0.5), quantile(tookMs.slice(-500), 0.5)];
  return [
    figure('a turn of the first hundred, p50', young, { unit: 'ms' }),
    figure('a turn of the last five hundred, p50', old, { unit: 'ms' }),
    atMost('ratio', old / young, { limit: 1.5, unit: '×' }),
  ];
}

/** Resident memory holds garbage that nobody needed to collect yet: what must not grow is what is left of the heap. */
function memoryRows([early, middle, late]: readonly Memory[]): readonly Row[] {
  if (!early || !middle || !late) return [];
  const note = `${Math.round(late.held)} MB held`;
  const [grown, lately] = [late.held - early.held, late.held - middle.held];
  return [
    atMost('heap grown since the first tenth, collected', grown, { limit: 10, unit: 'MB', note }),
    atMost('heap grown in the second half, collected', lately, { limit: 5, unit: 'MB' }),
    atMost('memory grown since the first tenth', late.resident - early.resident, {
      limit: 60,
      unit: 'MB',
      note: 'with what is not collected yet',
    }),
  ];
}
