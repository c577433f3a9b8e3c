import { describe, expect, it } from 'vitest';
import { applyRetention, keepRetention, previewRetention } from './retention.ts';

type Deps = Parameters<typeof applyRetention>[0];
const never = new AbortController().signal;
const rules = {
  maxAgeMs: 100,
  maxBytes: undefined,
  keepArchived: true,
  usageMs: 50,
  auditMs: undefined,
};

/** Three slices of one run each, and what was asked. */
function createStore(): Deps & { readonly asked: string[] } {
  const asked: string[] = [];
  const slice = async ({ after, before, wantChars }: Slice): Promise<Gone> => {
    asked.push(`${after} ${before} ${wantChars}`);
    return { groups: 1, entries: 2, chars: 40, ...(after < 2 && { next: after + 1 }) };
  };
  return {
    asked,
    reader: {
      previewClosedGroups: slice,
      countOldUsage: async () => 3,
      countOldAudit: async () => 9,
      usedBytes: async () => 1_000,
    },
    journal: {
      removeClosedGroups: slice,
      removeUsage: async () => 3,
      removeAudit: async () => 9,
      noteRetention: async (report) => void asked.push(JSON.stringify(report)),
    },
  };
}
type Slice = Parameters<Deps['journal']['removeClosedGroups']>[0];
type Gone = Awaited<ReturnType<Deps['journal']['removeClosedGroups']>>;

describe('retention', () => {
  it('removes what it foretold, and writes it down', async () => {
    const store = createStore();
    const foretold = await previewRetention(store.reader, { rules, now: 1_000 }, never);
    expect(foretold).toEqual({ groups: 3, entries: 6, chars: 120, usage: 3, audit: 0 });
    expect(await applyRetention(store, { rules, now: 1_000 }, never)).toEqual(foretold);
    expect(store.asked).toEqual([
      '0 900 0',
      '1 900 0',
      '2 900 0',
      '0 900 0',
      '1 900 0',
      '2 900 0',
      JSON.stringify(foretold),
    ]);
  });

  it('asks for as much as there is too much, and less with each slice', async () => {
    const store = createStore();
    const bySize = { ...rules, maxAgeMs: undefined, maxBytes: 900, usageMs: undefined };
    await previewRetention(store.reader, { rules: bySize, now: 1_000 }, never);
    expect(store.asked).toEqual(['0 -1 100', '1 -1 60', '2 -1 20']);
  });

  it('looks at nothing where nothing is to go', async () => {
    const store = createStore();
    const none = { ...rules, maxAgeMs: undefined, usageMs: undefined };
    await applyRetention(store, { rules: none, now: 1_000 }, never);
    expect(store.asked).toEqual([]);
  });

  it('lets nothing go in an hour in which the clock jumped', async () => {
    const store = createStore();
    const stopped = new AbortController();
    const time = { wall: 0, steady: 0, hours: 0 };
    const warned: string[] = [];
    const clock = {
      now: () => time.wall,
      monotonic: () => time.steady,
      async sleep(ms: number, signal: AbortSignal) {
        signal.throwIfAborted();
        time.hours += 1;
        time.steady += ms;
        time.wall += time.hours === 1 ? 40 * 86_400_000 : ms;
        if (time.hours === 3) stopped.abort('enough');
        signal.throwIfAborted();
      },
    };
    const say = (text: string): void => void warned.push(`${time.hours} ${text}`);
    const log = { debug: say, info: say, warn: say, error: say };
    const asked: number[] = [];
    const blobs = {
      async free({ before }: { readonly before: number }) {
        asked.push(time.wall - before);
        return { count: 1, bytes: 9, stuck: 0 };
      },
    };
    await keepRetention({ ...store, blobs, clock, log, rules: () => rules }, stopped.signal);
    expect(warned).toEqual([
      '1 The clock jumped, so nothing goes by its age for an hour.',
      '2 Old records went.',
      '2 Media that nothing names any more went.',
    ]);
    expect(asked).toEqual([3_600_000]);
  });
});
