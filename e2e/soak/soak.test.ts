import { expect, it } from 'vitest';
import { runSoak } from './run-soak.ts';

it('answers each message once and in order, within the limits of Telegram, while calls fail and the gateway is killed', async () => {
  const wish = { messages: 200, conversations: 20, kills: 2, seed: 5, factor: 20 };
  const tally = await runSoak({ channel: 'telegram', ...wish });

  expect(tally).toMatchObject({
    said: 200,
    answered: 200,
    lost: [],
    doubled: [],
    misordered: [],
    violations: [],
    refusals: [],
    beyond: 0,
    kills: 2,
  });
  expect(tally.struck.limited).toBeGreaterThan(0);
}, 120_000);
