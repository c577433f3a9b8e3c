import { describe, expect, it } from 'vitest';
import { CuttleError, errorCodes, isCuttleError, toCuttleError, toErrorBody } from './errors.ts';

describe('errors', () => {
  it('knows its own by brand and code, also from another copy of this package', () => {
    const error = new CuttleError('provider.rate-limited', 'Slow down', { retryAfterMs: 5 });

    expect(isCuttleError(error)).toBe(true);
    expect(isCuttleError(error, 'provider.auth', 'provider.rate-limited')).toBe(true);
    expect(isCuttleError(error, 'provider.auth')).toBe(false);
    expect(isCuttleError(new Error('provider.rate-limited'))).toBe(false);
  });

  it('never shows what is not to be seen outside', () => {
    const body = toErrorBody(new Error('password=hunter2'));

    expect(body).toMatchObject({ code: 'internal', message: 'Internal error', retryable: false });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('keeps the cause of what it did not know', () => {
    const cause = new Error('why');

    expect(toCuttleError(cause).cause).toBe(cause);
  });

  it.each(errorCodes)('%s names a next step and a status of HTTP', (code) => {
    const { traits, hint } = new CuttleError(code, 'x');

    expect(hint).toMatch(/\w.*[.)]$/);
    expect(traits.status).toBeGreaterThanOrEqual(400);
    expect(traits.status).toBeLessThan(600);
  });
});
