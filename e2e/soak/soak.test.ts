import { expect, it } from 'vitest';
import { runSoak } from './run-soak.ts';

it.each([
  ['Telegram', { channel: 'telegram', messages: 200, conversations: 20 }],
  ['Slack', { channel: 'slack', messages: 80, conversations: 16 }],
] as const)(
  'answers each message once and in order, within the limits of %s, while calls fail and the gateway is killed',
  async (_, wish) => {
    const tally = await runSoak({ ...wish, kills: 2, seed: 5, factor: 20 });

    expect(tally).toMatchObject({
      said: wish.messages,
      answered: wish.messages,
      lost: [],
      doubled: [],
      misordered: [],
      violations: [],
      refusals: [],
      beyond: 0,
      kills: 2,
    });
    expect(tally.struck.limited).toBeGreaterThan(0);
  },
  120_000,
);
