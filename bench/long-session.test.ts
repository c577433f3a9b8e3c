import { expect, it } from 'vitest';
import { startGateway } from './gateway-child.ts';
import { startLongModel } from './long-model.ts';
import { createLongSession, longWindow, standingOrder } from './long-session.ts';

const turns = 300;

it('talks far past the window of its model, keeps a pinned order in sight, and takes every summary back to the byte', async () => {
  await using model = await startLongModel({ window: longWindow, order: standingOrder });
  await using gateway = await startGateway({
    modelUrl: model.url,
    models: [{ id: 'gpt-4.1-mini', contextWindow: longWindow }],
    agents: { defaults: { model: 'model/gpt-4.1-mini' } },
  });
  const session = createLongSession(gateway);
  await session.pin();
  const { failed } = await session.talk(turns, async () => {});
  const facts = await model.facts();
  expect(failed).toEqual([]);
  expect(facts).toMatchObject({ withoutOrder: 0, faults: 0 });
  expect(facts.befores.length).toBeGreaterThan(3);

  const { summaries, wrong } = await session.restore(facts);
  session.close();
  expect(wrong).toEqual([]);
  expect(summaries).toBe(facts.summaries);
  const { equal, different } = await model.facts();
  expect(different).toEqual([]);
  expect(equal).toBe(facts.befores.length);
}, 120_000);
