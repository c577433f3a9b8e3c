import { describe, expect, it } from 'vitest';
import { openRedirectListener } from './redirect-listener.ts';

const signal = new AbortController().signal;

describe('a listener', () => {
  it('hears of an answer at every address that localhost may be', async () => {
    for (const at of ['127.0.0.1', 'localhost']) {
      await using listener = await openRedirectListener(
        { host: 'localhost', port: 0, path: '/callback' },
        signal,
      );
      const answered = listener.next(({ searchParams }) => searchParams.has('code'), signal);
      const url = listener.url.replace('localhost', at);
      expect((await fetch(`${url}?code=1`)).headers.get('content-security-policy')).toContain(
        "default-src 'none'",
      );
      expect((await answered).search).toBe('?code=1');
      expect((await fetch(`${url}?code=2`)).status).toBe(400);
    }
  });

  it('says which port is taken, and lets go of its own', async () => {
    const redirect = { host: '127.0.0.1', port: 0, path: '/callback' } as const;
    const first = await openRedirectListener(redirect, signal);
    const port = Number(new URL(first.url).port);
    await expect(openRedirectListener({ ...redirect, port }, signal)).rejects.toMatchObject({
      code: 'login.unset',
      hint: expect.stringContaining('--no-browser'),
    });
    await first[Symbol.asyncDispose]();
    await using second = await openRedirectListener({ ...redirect, port }, signal);
    expect(second.url).toBe(first.url);
  });

  it('repeats nothing of a request', async () => {
    await using listener = await openRedirectListener(
      { host: '127.0.0.1', port: 0, path: '/callback' },
      signal,
    );
    const answered = listener.next(() => true, signal);
    const page = await fetch(`${listener.url}?error=<script>alert(1)</script>&code=x<b>`);
    expect(await page.text()).not.toMatch(/<script|<b>/);
    await answered;
  });

  it('is left at once', async () => {
    await using listener = await openRedirectListener(
      { host: '127.0.0.1', port: 0, path: '/callback' },
      signal,
    );
    await expect(listener.next(() => true, AbortSignal.abort(new Error('left')))).rejects.toThrow(
      'left',
    );
  });
});
