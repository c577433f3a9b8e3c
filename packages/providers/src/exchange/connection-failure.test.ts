import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { toConnectionFailure } from './connection-failure.ts';

function withCause(message: string, cause: unknown): TypeError {
  return new TypeError(message, { cause });
}
function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

describe('a failure below HTTP', () => {
  it.each([
    [
      withCause('fetch failed', withCode('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED')),
      'network',
      'refused the connection',
    ],
    [
      withCause('fetch failed', withCode('getaddrinfo ENOTFOUND nowhere', 'ENOTFOUND')),
      'network',
      'cannot be found',
    ],
    [
      withCause('fetch failed', withCode('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT')),
      'network',
      'certificate',
    ],
    [
      withCause('fetch failed', withCode('Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT')),
      'timeout',
      'in time',
    ],
    [
      withCause('terminated', withCode('other side closed', 'UND_ERR_SOCKET')),
      'network',
      'lost the connection',
    ],
    [new TypeError('Headers.append: "Bearer ü" is an invalid header value.'), 'auth', 'API key'],
    [new TypeError('Failed to parse URL from http://'), 'invalid', 'not a URL'],
    ['a string', 'network', 'lost the connection'],
    [
      withCause('Connection error.', new CuttleError('provider.billing', 'no credit')),
      'billing',
      'no credit',
    ],
    [
      withCause('fetch failed', new CuttleError('fetch.blocked', 'private address')),
      'invalid',
      'private address',
    ],
    [new CuttleError('fetch.failed', 'no route'), 'network', 'no route'],
  ])('%s is named', (error, code, words) => {
    const failure = toConnectionFailure(error, 'box');
    expect(failure.code).toBe(`provider.${code}`);
    expect(failure.message).toContain(words);
  });

  it('does not follow causes that go round', () => {
    const error = new Error('round');
    error.cause = error;
    expect(toConnectionFailure(error, 'box').code).toBe('provider.network');
  });
});
