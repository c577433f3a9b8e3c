import { setTimeout as sleep } from 'node:timers/promises';
import { telegram } from '@cuttle/channels';
import type { Door } from '@cuttle/core-types/ports';

const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
};
const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot } = process.env;
const create = await telegram.load(); // nothing of the platform's SDK is imported before
const settings = telegram.options.parse({ token, apiRoot });
await using channel = create(settings, { fetch, clock, log, random: Math.random });

const door: Door = {
  async accept({ externalId, target, text }, signal) {
    for (const [at, part] of channel.render({ text: `You said **${text}**` }).entries()) {
      const idempotencyKey = `${externalId}-${at}`;
      await channel.send({ kind: 'send', target, part, idempotencyKey }, signal);
    }
  },
};
const stop = new AbortController();
process.once('SIGINT', () => stop.abort('stopped'));
await channel.connect(stop.signal);
await channel.receive(door, stop.signal).catch(console.log); // ends by abort, or with `channel.auth`
