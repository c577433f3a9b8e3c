import type { Json } from '@cuttle/core-types';
import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import { type ManualClock, manualClock } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { createRouteHealth, type RouteHealth, type RouteMemory } from './route-health.ts';

const place = { keyId: 'a', model: 'm' };
const signal = new AbortController().signal;

function open(memory?: RouteMemory): { clock: ManualClock; health: RouteHealth } {
  const clock = manualClock();
  return { clock, health: createRouteHealth({ clock, random: () => 1, memory }) };
}

function failWith(health: RouteHealth, code: ErrorCode, retryAfterMs?: number): void {
  const permission = health.enter(place);
  if (permission.kind !== 'go') throw new Error('The key rests.');
  permission.attempt.fail(new CuttleError(code, 'no', { ...(retryAfterMs && { retryAfterMs }) }));
}

/** How long the key rests from now on. */
function restMs({ clock, health }: { clock: ManualClock; health: RouteHealth }): number {
  const permission = health.enter(place);
  if (permission.kind === 'rest') return permission.untilMs - clock.now();
  permission.attempt.leave();
  return 0;
}

function memoryOf(state?: Json): RouteMemory & { saved: Json[] } {
  const saved: Json[] = [];
  return {
    saved,
    load: async () => saved.at(-1) ?? state,
    save: async (next) => void saved.push(next),
  };
}

describe('a key that fails', () => {
  it.each<[ErrorCode, number]>([
    ['provider.network', 500],
    ['provider.malformed', 500],
    ['provider.overloaded', 1000],
    ['provider.rate-limited', 5000],
    ['provider.timeout', 10_000],
    ['provider.auth', 600_000],
    ['provider.billing', 3_600_000],
    ['provider.invalid', 0],
    ['provider.overflow', 0],
    ['provider.filtered', 0],
  ])('rests for %s: %i ms', (code, ms) => {
    const opened = open();
    failWith(opened.health, code);
    expect(restMs(opened)).toBe(ms);
  });

  it('rests for that model only', () => {
    const { health } = open();
    failWith(health, 'provider.billing');
    expect(health.enter({ keyId: 'a', model: 'other' }).kind).toBe('go');
    expect(health.enter({ keyId: 'b', model: 'm' }).kind).toBe('go');
  });

  it('rests twice as long with each failure in a row, up to a limit, and is new after a success', async () => {
    const opened = open();
    const rests: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      failWith(opened.health, 'provider.overloaded');
      rests.push(restMs(opened));
      await opened.clock.advance(rests.at(-1) ?? 0);
    }
    expect(rests.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(rests.at(-1)).toBe(300_000);
    const permission = opened.health.enter(place);
    if (permission.kind === 'go') permission.attempt.succeed();
    failWith(opened.health, 'provider.overloaded');
    expect(restMs(opened)).toBe(1000);
  });

  it('rests as long as the service says, a little more, and never longer than a day', () => {
    for (const [asked, rested] of [
      [30_000, 33_000],
      [10 * 24 * 3_600_000, 24 * 3_600_000],
    ] as const) {
      const opened = open();
      failWith(opened.health, 'provider.rate-limited', asked);
      expect(restMs(opened)).toBe(rested);
    }
  });

  it('counts calls that fail together once', () => {
    const { health } = open();
    const attempts = Array.from({ length: 5 }, () => health.enter(place));
    for (const permission of attempts)
      if (permission.kind === 'go')
        permission.attempt.fail(new CuttleError('provider.network', 'no'));
    expect(health.report('a')).toMatchObject([{ failures: 1, state: 'resting' }]);
  });

  it('is tried by one call after its rest, while others wait to hear of it', async () => {
    const { clock, health } = open();
    failWith(health, 'provider.network');
    await clock.advance(500);
    const probe = health.enter(place);
    const other = health.enter(place);
    if (probe.kind !== 'go' || other.kind !== 'rest') throw new Error('Not half-open.');
    expect(health.report('a')).toMatchObject([{ state: 'probing' }]);
    probe.attempt.hear();
    await other.probe;
    expect(health.enter(place).kind).toBe('go');
    probe.attempt.succeed();
    expect(health.report('a')).toEqual([]);
  });

  it('may be tried by another when the one that tried it has left', async () => {
    const { clock, health } = open();
    failWith(health, 'provider.network');
    await clock.advance(500);
    const probe = health.enter(place);
    if (probe.kind === 'go') probe.attempt.leave();
    expect(health.enter(place).kind).toBe('go');
  });

  it('rests longer when the call that tried it fails', async () => {
    const opened = open();
    failWith(opened.health, 'provider.network');
    await opened.clock.advance(500);
    failWith(opened.health, 'provider.network');
    expect(restMs(opened)).toBe(1000);
  });
});

describe('what is known of keys', () => {
  it('is saved a second after a change, once for many, and at the end', async () => {
    const memory = memoryOf();
    const { clock, health } = open(memory);
    failWith(health, 'provider.billing');
    const other = health.enter({ keyId: 'b', model: 'm' });
    if (other.kind === 'go') other.attempt.fail(new CuttleError('provider.auth', 'no'));
    await clock.untilSleeping(1, signal);
    expect(memory.saved).toHaveLength(0);
    await clock.advance(1000);
    expect(memory.saved).toMatchObject([{ rows: [{ keyId: 'a' }, { keyId: 'b' }] }]);
    const third = health.enter({ keyId: 'c', model: 'm' });
    if (third.kind === 'go') third.attempt.fail(new CuttleError('provider.auth', 'no'));
    await health[Symbol.asyncDispose]();
    expect(memory.saved).toHaveLength(2);
  });

  it('survives a restart', async () => {
    const memory = memoryOf();
    const before = open(memory);
    failWith(before.health, 'provider.billing');
    const rested = restMs(before);
    await before.health[Symbol.asyncDispose]();
    const after = open(memory);
    await after.health.restore(signal);
    expect(restMs(after)).toBe(rested);
    expect(after.health.report('a')).toEqual(before.health.report('a'));
  });

  it.each<[string, Json]>([
    ['nothing', null],
    ['another version', { v: 2, rows: [] }],
    ['other shapes', { v: 1, rows: [{ keyId: 1 }] }],
    ['an unknown code', { v: 1, rows: [{ ...place, failures: 1, untilMs: 9e15, code: 'x.y' }] }],
  ])('is forgotten where %s was saved', async (_name, state) => {
    const { health } = open(memoryOf(state));
    await health.restore(signal);
    expect(health.enter(place).kind).toBe('go');
  });

  it('keeps nobody longer than a day after a clock went back', async () => {
    const row = { ...place, failures: 1, untilMs: 9e15, code: 'provider.auth' };
    const opened = open(memoryOf({ v: 1, rows: [row] }));
    await opened.health.restore(signal);
    expect(restMs(opened)).toBe(24 * 3_600_000);
  });

  it('is not lost with a memory that fails', async () => {
    const errors: unknown[] = [];
    const clock = manualClock();
    const broken = new Error('disk');
    const health = createRouteHealth({
      clock,
      random: () => 1,
      memory: { load: async () => undefined, save: () => Promise.reject(broken) },
      onMemoryError: (error) => void errors.push(error),
    });
    failWith(health, 'provider.auth');
    await clock.untilSleeping(1, signal);
    await clock.advance(1000);
    expect(errors).toEqual([broken]);
    expect(health.report('a')).toHaveLength(1);
  });

  it('is bounded', () => {
    const { health } = open();
    for (let count = 0; count < 1200; count += 1) {
      const permission = health.enter({ keyId: 'a', model: `m${count}` });
      if (permission.kind === 'go')
        permission.attempt.fail(new CuttleError('provider.network', 'no'));
    }
    expect(health.report('a')).toHaveLength(1000);
  });
});
