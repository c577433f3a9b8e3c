import { CuttleError } from '@cuttle/core-types/errors';
import { GrammyError, HttpError } from 'grammy';
import { describe, expect, it } from 'vitest';
import { toNetworkError } from '../network-failure.ts';
import { saidBy, toChannelError } from './telegram-failure.ts';

function refusal(code: number, description: string, parameters = {}): GrammyError {
  return new GrammyError(
    'Call failed',
    { ok: false, error_code: code, description, parameters },
    'sendMessage',
    { text: 'private words' },
  );
}

describe('toChannelError', () => {
  it.each([
    [401, 'Unauthorized', 'channel.auth'],
    [404, 'Not Found', 'channel.auth'],
    [403, 'Forbidden: bot was blocked by the user', 'channel.blocked'],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'channel.blocked'],
    [400, 'Bad Request: chat not found', 'channel.blocked'],
    [400, 'Bad Request: not enough rights to send text messages to the chat', 'channel.blocked'],
    [400, 'Bad Request: TOPIC_CLOSED', 'channel.blocked'],
    [400, 'Bad Request: message thread not found', 'channel.blocked'],
    [400, 'Bad Request: message is too long', 'channel.invalid'],
    [400, 'Bad Request: message to edit not found', 'channel.invalid'],
    [409, 'Conflict: terminated by other getUpdates request', 'channel.conflict'],
    [413, 'Request Entity Too Large', 'channel.invalid'],
    [429, 'Too Many Requests: retry after 5', 'channel.rate-limited'],
    [500, 'Internal Server Error', 'channel.unavailable'],
    [502, 'Bad Gateway', 'channel.unavailable'],
  ])('maps %d %s to %s', (code, description, expected) => {
    const error = toChannelError(refusal(code, description));
    expect(error.code).toBe(expected);
    expect(saidBy(error)).toBe(description);
  });

  it('takes an answered failure for a definite one, but for a time-out on the way', () => {
    const reached = (code: number): unknown =>
      toChannelError(refusal(code, 'x')).details?.['reached'];
    expect([500, 502, 503, 504].map(reached)).toEqual([false, false, false, undefined]);
  });

  it('keeps the wait the platform asks for, in ms', () => {
    expect(
      toChannelError(refusal(429, 'Too Many Requests: retry after 5', { retry_after: 5 }))
        .retryAfterMs,
    ).toBe(5000);
    expect(toChannelError(refusal(429, 'Too Many Requests: retry after 31')).retryAfterMs).toBe(
      31_000,
    );
    expect(toChannelError(refusal(429, 'Slow down')).retryAfterMs).toBe(1000);
  });

  it('keeps neither what was sent nor the client', () => {
    const error = toChannelError(refusal(400, 'Bad Request: nope'));
    expect(JSON.stringify(error) + String(error.cause)).not.toContain('private words');
  });

  it('tells the new id of a chat', () => {
    const error = toChannelError(
      refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: -1009,
      }),
    );
    expect(error.details).toMatchObject({ migrateTo: -1009 });
  });

  it('unwraps what the transport threw', () => {
    const inner = new CuttleError('channel.unavailable', 'cut', { details: { reached: false } });
    expect(toChannelError(new HttpError('Network request failed', inner))).toBe(inner);
    expect(toChannelError(new HttpError('timed out', new Error('slow')))).toMatchObject({
      code: 'channel.unavailable',
    });
    expect(toChannelError('odd')).toMatchObject({ code: 'channel.unavailable' });
  });
});

describe('toNetworkError', () => {
  const failed = (code: string): Error =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'ENETUNREACH'])(
    'knows that %s never left',
    (code) => {
      expect(toNetworkError('Telegram', failed(code)).details).toMatchObject({
        reached: false,
        reason: code,
      });
    },
  );
  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT'])(
    'does not know that of %s',
    (code) => {
      expect(toNetworkError('Telegram', failed(code)).details).toMatchObject({ reached: true });
    },
  );
  it('reads a refusal of every address', () => {
    const one = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    const all = new TypeError('fetch failed', {
      cause: Object.assign(new AggregateError([one, one]), { code: 'ECONNREFUSED' }),
    });
    expect(toNetworkError('Telegram', all).details).toMatchObject({ reached: false });
  });
});
