import { CuttleError } from '@cuttle/core-types/errors';
import type { Embedder } from '@cuttle/core-types/ports';
import { manualClock } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { createKeyPool } from '../router/key-pool.ts';
import { createRouteHealth } from '../router/route-health.ts';
import { createEmbedder } from './create-embedder.ts';
import { createEmbeddingRouter } from './embedding-router.ts';
import { createLazyEmbedder } from './lazy-embedder.ts';
import { createRetryingEmbedder } from './retrying-embedder.ts';

const never = new AbortController().signal;
const request = { model: 'm', texts: ['a'] };
const answer = { vectors: [new Float32Array([1])], inputTokens: 1 };

/** Fails as told, then answers. */
function failing(...codes: ('auth' | 'rate-limited' | 'invalid')[]): Embedder & { asked: number } {
  const embedder = {
    id: 'e',
    asked: 0,
    async embed() {
      embedder.asked += 1;
      const code = codes.shift();
      if (code) throw new CuttleError(`provider.${code}`, 'No.');
      return answer;
    },
  };
  return embedder;
}

function route(first: Embedder, second: Embedder) {
  const clock = manualClock();
  const health = createRouteHealth({ clock, random: () => 0 });
  const pool = createKeyPool<Embedder>(
    [
      { id: 'k1', label: '#1', provider: first },
      { id: 'k2', label: '#2', provider: second },
    ],
    { health },
  );
  return { health, router: createEmbeddingRouter({ ref: 'e/m', model: 'm', pool }, { clock }) };
}

describe('embedders behind one key or several', () => {
  it('ask with the next key where the first is refused, which then rests', async () => {
    const [first, second] = [failing('auth'), failing()];
    const { router, health } = route(first, second);
    expect(await router.embed(request, never)).toBe(answer);
    expect(await router.embed(request, never)).toBe(answer);
    expect([first.asked, second.asked]).toEqual([1, 2]);
    expect(health.report('k1')).toMatchObject([{ code: 'provider.auth', state: 'resting' }]);
  });

  it('do not ask again where the request is at fault', async () => {
    const [first, second] = [failing('invalid'), failing()];
    const { router } = route(first, second);
    await expect(router.embed(request, never)).rejects.toMatchObject({ code: 'provider.invalid' });
    expect(second.asked).toBe(0);
  });

  it('wait and ask again where a failure may pass', async () => {
    const clock = manualClock();
    const embedder = failing('rate-limited');
    const asked = createRetryingEmbedder(embedder, { clock, random: () => 0.5 });
    const vectors = asked.embed(request, never);
    await clock.advance(1000);
    expect(await vectors).toBe(answer);
    expect(embedder.asked).toBe(2);
  });

  it.each(['waits', 'goes to the next key'] as const)(
    'ask again only for the part that failed where it %s',
    async (how) => {
      const clock = manualClock();
      const asked: string[] = [];
      let fails = true;
      const part = (): Embedder =>
        createEmbedder({
          id: 'e',
          limitsFor: () => ({ maxTexts: 1, maxCharacters: 100 }),
          async ask({ texts: [text = ''] }) {
            asked.push(text);
            const failed = text === 'b' && fails;
            fails = failed ? false : fails;
            if (failed) throw new CuttleError('provider.rate-limited', 'No.');
            return { vectors: [[text.charCodeAt(0)]], format: 'float', inputTokens: 3 };
          },
        });
      const embedder =
        how === 'waits'
          ? createRetryingEmbedder(part(), { clock, random: () => 0.5 })
          : route(part(), part()).router;
      const vectors = embedder.embed({ model: 'm', texts: ['a', 'b', 'c'] }, never);
      await clock.advance(1000);
      expect((await vectors).vectors.map(([value]) => value)).toEqual([97, 98, 99]);
      expect((await vectors).inputTokens).toBe(9);
      expect(asked).toEqual(['a', 'b', 'b', 'c']);
    },
  );

  it('are loaded with their first request, once', async () => {
    let loads = 0;
    const lazy = createLazyEmbedder({
      id: 'e',
      async load() {
        loads += 1;
        return failing();
      },
    });
    const reason = new Error('enough');
    await expect(lazy.embed(request, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(loads).toBe(0);
    await Promise.all([lazy.embed(request, never), lazy.embed(request, never)]);
    expect(loads).toBe(1);
  });
});
