import { nextFire, parseSchedule, planMissed } from '@cuttle/cron';

const now = Date.parse('2026-03-27T12:00Z');
const input = { kind: 'cron', expression: '0 9 * * *', timeZone: 'Europe/Paris' };
const daily = parseSchedule(input, now); // throws schedule.invalid, which says what to write instead

const next = nextFire(daily, now) ?? 0;
console.log(new Date(next).toISOString()); // 2026-03-28T08:00:00.000Z

const stopped = { lastMs: next, nowMs: Date.parse('2026-03-30T12:00Z') };
const { fires } = planMissed(daily, stopped, 'all');
console.log(fires.map((fire) => new Date(fire).toISOString()).join(' '));
// 2026-03-29T07:00:00.000Z 2026-03-30T07:00:00.000Z: clocks went forward on the 29th
