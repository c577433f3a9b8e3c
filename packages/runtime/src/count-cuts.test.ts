import { userText } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { CutStep, Log, ModelFacts } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import type { CutDraft } from './call-meter.ts';
import { countAborted, cutStepOf, givenUpOf, uncalledStep } from './count-cuts.ts';

const origin = { dialect: 'openai', provider: 'p', model: 'm' };
const request = { system: 'Be brief.', messages: [userText('word '.repeat(100))], tools: [] };
/** A microdollar a token. */
const prices = { input: 1_000_000, output: 1_000_000 };

function stateOf(
  cuts: readonly CutDraft[],
  {
    facts = { id: 'm', prices },
    scale,
    isStored = false,
    givenUp = cuts.slice(0, -1),
  }: {
    readonly facts?: ModelFacts | undefined;
    readonly scale?: number;
    readonly isStored?: boolean;
    readonly givenUp?: readonly CutDraft[];
  } = {},
): Parameters<typeof cutStepOf>[0] {
  const asked: string[] = [];
  return {
    kernel: {
      models: () => ({
        async findFacts(ref) {
          asked.push(ref);
          return facts;
        },
      }),
    },
    fit: { scale },
    claimed: { principal: { id: 'ann', kind: 'person', scopes: [] } },
    calls: { cuts, givenUp },
    step: 3,
    attempt: 2,
    isStored,
  };
}

async function countOf(draft: Omit<CutDraft, 'origin' | 'request'>, options = {}) {
  const step = await cutStepOf(stateOf([{ origin, request, ...draft }], options));
  return step?.calls[0];
}

describe('what a cut call has used', () => {
  const usage = { inputTokens: 40, outputTokens: 9, cacheReadTokens: 30, reasoningTokens: 5 };

  it('is what its service told, and is then no estimate', async () => {
    expect(await countOf({ usage, said: '' })).toEqual({
      provider: 'p',
      model: 'm',
      usage,
      costMicros: 49,
      isEstimated: false,
      personId: 'ann',
    });
  });

  it('is what its service told and what was said since, as an estimate', async () => {
    const counted = await countOf({ usage, said: 'and some more words' });
    expect(counted).toMatchObject({ isEstimated: true, usage: { inputTokens: 40 } });
    expect(counted?.usage.outputTokens).toBeGreaterThan(9);
    expect(counted?.usage).toMatchObject({ cacheReadTokens: 30, reasoningTokens: 5 });
  });

  it('is its request where nobody told anything, by the scale that the session has', async () => {
    const plain = await countOf({ said: '' });
    const scaled = await countOf({ said: '' }, { scale: 2000 });
    expect(plain).toMatchObject({ isEstimated: true, usage: { outputTokens: 0 } });
    expect(plain?.usage.inputTokens).toBeGreaterThan(90);
    const twice = (plain?.usage.inputTokens ?? 0) * 2;
    expect(Math.abs((scaled?.usage.inputTokens ?? 0) - twice)).toBeLessThanOrEqual(1);
    expect(plain?.costMicros).toBe(plain?.usage.inputTokens);
  });

  it('is no more than the model can have read', async () => {
    const counted = await countOf({ said: '' }, { facts: { id: 'm', contextWindow: 50 } });
    expect(counted).toMatchObject({ usage: { inputTokens: 50 }, costMicros: undefined });
  });

  it('has no price where nothing is known of the model', async () => {
    const drafts = [{ origin, request, usage, said: '' }];
    const state = stateOf(drafts, { givenUp: drafts });
    const kernel = { models: () => ({ findFacts: async () => undefined }) };
    expect(await givenUpOf({ ...state, kernel })).toMatchObject([{ usage, costMicros: undefined }]);
  });

  it('is that of those that were given up alone, beside an answer', async () => {
    const other = { ...origin, provider: 'q' };
    const drafts = [
      { origin, request, usage, said: '' },
      { origin: other, request, usage, said: '' },
    ];
    expect(await givenUpOf(stateOf(drafts))).toMatchObject([{ provider: 'p' }]);
    expect(await cutStepOf(stateOf(drafts))).toMatchObject({
      step: 3,
      attempt: 2,
      calls: [{ provider: 'p' }, { provider: 'q' }],
    });
    expect(await cutStepOf(stateOf(drafts, { isStored: true }))).toBeUndefined();
  });
});

describe('a run that ends before its first call', () => {
  const open = { step: 4, attempt: 1, uptoSeq: 9, summaryUpto: undefined };

  it('has used nothing, unless an earlier life may have', () => {
    expect(uncalledStep({ open: undefined })).toBeUndefined();
    expect(uncalledStep({ open })).toEqual({ step: 4, attempt: 1, calls: [] });
    expect(uncalledStep({ open: { ...open, hasUncounted: true } })).toBeUndefined();
  });
});

describe('what a run used that somebody else ended', () => {
  const step: CutStep = { step: 1, attempt: 1, calls: [] };

  function openLedger(countCut: () => Promise<void>) {
    const points: string[] = [];
    const warnings: string[] = [];
    const log: Log = {
      debug() {},
      info() {},
      warn: (message) => void warnings.push(message),
      error() {},
    };
    const kernel = {
      store: { journal: { countCut } },
      point: (name: string) => void points.push(name),
      log,
    };
    return { kernel, points, warnings };
  }
  const run = (cut: () => Promise<CutStep | undefined>) => ({
    claimed: { runId: 'run-1', fence: 'fence-1' },
    cut,
  });

  it('is counted between two points of a crash', async () => {
    const counted: unknown[] = [];
    const journal = async (...input: unknown[]): Promise<void> => void counted.push(...input);
    const { kernel, points } = openLedger(journal);
    await countAborted(
      kernel,
      run(async () => step),
    );
    expect(counted).toEqual([{ runId: 'run-1', fence: 'fence-1', ...step }]);
    expect(points).toEqual(['cut.before.commit', 'cut.after.commit']);
  });

  it('is nothing where its step was answered', async () => {
    const { kernel, points } = openLedger(() => Promise.reject(new Error('never')));
    await countAborted(
      kernel,
      run(async () => undefined),
    );
    expect(points).toEqual([]);
  });

  it.each(['run.not-found', 'run.fence-lost'] as const)(
    'is another’s to count where the row says %s',
    async (code) => {
      const { kernel, warnings } = openLedger(() => Promise.reject(new CuttleError(code, 'gone')));
      await countAborted(
        kernel,
        run(async () => step),
      );
      expect(warnings).toEqual([]);
    },
  );

  it('is left to the next start, with a word in the log, where the store fails', async () => {
    const { kernel, warnings } = openLedger(() => Promise.reject(new Error('disk')));
    await countAborted(
      kernel,
      run(async () => step),
    );
    expect(warnings).toEqual(['What a run used is counted with the next start.']);
  });
});
