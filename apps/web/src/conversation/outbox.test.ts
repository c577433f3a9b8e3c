import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { createKeptText, type TextStorage } from './kept-text.ts';
import { createOutbox, type Outbox, type OutboxDeps } from './outbox.ts';

type Call = OutboxDeps['client']['call'];
type Answer = { runId: string; status: 'accepted' | 'duplicate' | 'command'; reply?: string };

interface Bench {
  readonly outbox: Outbox;
  readonly sent: Record<string, unknown>[];
  readonly commanded: string[];
  answer(answer: Answer | Error): Promise<void>;
}

function memory(): TextStorage & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, text),
    removeItem: (name) => void texts.delete(name),
  };
}

function openBench(storage: TextStorage = memory()): Bench {
  const sent: Record<string, unknown>[] = [];
  const waiting: PromiseWithResolvers<Answer>[] = [];
  const commanded: string[] = [];
  let ids = 0;
  const call = ((_method: string, params: Record<string, unknown>) => {
    sent.push(params);
    const answer = Promise.withResolvers<Answer>();
    waiting.push(answer);
    return answer.promise;
  }) as unknown as Call; // only `chat.send` is called
  const deps: OutboxDeps = {
    client: { call },
    sessionKey: 's',
    kept: createKeptText(storage, 'unsent.'),
    newId: () => `k${(ids += 1)}`,
    now: () => 0,
    commanded: (command, reply) => commanded.push(`${command} → ${reply}`),
    accepted: () => undefined,
  };
  const outbox = createOutbox(deps, new AbortController().signal);
  return {
    outbox,
    sent,
    commanded,
    async answer(answer) {
      const next = waiting.shift();
      if (answer instanceof Error) next?.reject(answer);
      else next?.resolve(answer);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    },
  };
}

describe('createOutbox', () => {
  it('keeps a message until the session shows it', async () => {
    const { outbox, sent, answer } = openBench();
    outbox.send('hello', []);
    expect(sent).toEqual([{ sessionKey: 's', message: 'hello', idempotencyKey: 'k1' }]);
    await answer({ runId: 'i1', status: 'accepted' });
    expect(outbox.pending.value).toMatchObject([{ id: 'k1', state: 'sending', inboundId: 'i1' }]);
    expect(outbox.keyOf('i1')).toBe('k1');
    outbox.settle((inboundId) => inboundId === 'i1');
    expect(outbox.pending.value).toEqual([]);
  });

  it('tries a failed message again under the same key', async () => {
    const { outbox, sent, answer } = openBench();
    outbox.send('hello', []);
    await answer(new CuttleError('gateway.busy', 'Too much waits.'));
    expect(outbox.pending.value).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('Too much waits.') },
    ]);
    outbox.retry('k1');
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['k1', 'k1']);
    await answer({ runId: 'i1', status: 'duplicate' });
    expect(outbox.pending.value).toMatchObject([{ state: 'sending', inboundId: 'i1' }]);
  });

  it('hands the reply of a command over and keeps nothing', async () => {
    const { outbox, commanded, answer } = openBench();
    outbox.send('/status', []);
    await answer({ runId: 'i1', status: 'command', reply: 'Fine.' });
    expect(commanded).toEqual(['/status → Fine.']);
    expect(outbox.pending.value).toEqual([]);
  });

  it('sends after a reload what was not answered before it, under the same key', () => {
    const storage = memory();
    openBench(storage).outbox.send('hello', []);
    const { outbox, sent } = openBench(storage);
    expect(sent).toMatchObject([{ message: 'hello', idempotencyKey: 'k1' }]);
    outbox.discard('k1');
    expect(storage.texts.size).toBe(0);
  });

  it('does not send a message whose files a reload took', () => {
    const storage = memory();
    openBench(storage).outbox.send('look', [
      { mimeType: 'image/png', name: 'a.png', data: 'AA==' },
    ]);
    const { outbox, sent } = openBench(storage);
    expect(sent).toEqual([]);
    expect(outbox.pending.value).toMatchObject([{ state: 'failed', attachments: ['a.png'] }]);
  });

  it.each(['', 'null', '{', '[1, null, {"id": 1}]', '"x"'])(
    'begins empty where %j was kept',
    (text) => {
      const storage = memory();
      storage.texts.set('unsent.s', text);
      expect(openBench(storage).outbox.pending.value).toEqual([]);
    },
  );
});

describe('createKeptText', () => {
  it('remembers in memory where the browser refuses', () => {
    const refuse = (): never => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const kept = createKeptText({ getItem: refuse, setItem: refuse, removeItem: refuse }, 'x.');
    kept.put('a', 'draft');
    expect(kept.find('a')).toBe('draft');
    kept.put('a', '');
    expect(kept.find('a')).toBe('');
  });

  it('finds what an earlier page kept', () => {
    const storage = memory();
    createKeptText(storage, 'x.').put('a', 'draft');
    expect(createKeptText(storage, 'x.').find('a')).toBe('draft');
    expect(createKeptText(storage, 'y.').find('a')).toBeUndefined();
  });
});
