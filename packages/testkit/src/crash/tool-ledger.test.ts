import { describe, expect, it } from 'vitest';
import { type EffectRequest, openToolLedger, type ToolLedger } from './tool-ledger.ts';

const request = (over: Partial<EffectRequest> = {}): EffectRequest => ({
  effect: 'keyed',
  key: 'k',
  call: 'c',
  delayMs: 0,
  ...over,
});

async function ask(
  { url }: ToolLedger,
  body: EffectRequest,
  signal?: AbortSignal,
): Promise<number> {
  const init = { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) };
  return (await fetch(`${url}/effect`, init)).status;
}

async function probe({ url }: ToolLedger, key: string): Promise<unknown> {
  return (await fetch(`${url}/probe?key=${key}`)).json();
}

describe('the ledger of tools', () => {
  it('keeps every attempt, and lets a keyed one take effect once', async () => {
    await using ledger = await openToolLedger();
    await ask(ledger, request());
    await ask(ledger, request());
    await ask(ledger, request({ key: 'other' }));
    await ask(ledger, request({ effect: 'opaque', key: 'o' }));
    await ask(ledger, request({ effect: 'opaque', key: 'o' }));
    expect(ledger.attempts.map(({ outcome }) => outcome)).toEqual([
      'applied',
      'repeated',
      'applied',
      'applied',
      'applied',
    ]);
    expect(ledger.violations).toEqual([]);
  });

  it('says what took effect', async () => {
    await using ledger = await openToolLedger();
    expect(await probe(ledger, 'k')).toEqual({ found: 'absent' });
    await ask(ledger, request({ effect: 'probeable' }));
    expect(await probe(ledger, 'k')).toEqual({ found: 'done' });
  });

  it('takes effect though whoever asked is gone by then', async () => {
    await using ledger = await openToolLedger();
    const sender = new AbortController();
    const failed = ask(ledger, request({ delayMs: 50 }), sender.signal).catch(
      (error: unknown) => error,
    );
    while (ledger.attempts.length === 0) await probe(ledger, 'k');
    sender.abort();
    expect(await failed).toMatchObject({ name: 'AbortError' });
    expect(ledger.attempts[0]?.outcome).toBe('pending');
    while (ledger.attempts[0]?.outcome === 'pending') await probe(ledger, 'k');
    expect(ledger.attempts[0]?.outcome).toBe('applied');
  });
});
