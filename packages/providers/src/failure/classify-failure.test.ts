import { describe, expect, it } from 'vitest';
import { classifyFailure } from './classify-failure.ts';
import { failureRows } from './failure-rows.ts';

function classify(body: string, status?: number, headers?: Record<string, string>) {
  return classifyFailure({
    service: 'openai',
    body,
    status,
    headers: headers && new Headers(headers),
    secrets: ['the-very-key'],
  });
}

describe('a failure that a service states', () => {
  it.each(failureRows.map((row) => [row.taught, row.code, row.hint] as const))(
    'is what its row says: %s',
    (taught, code, hint) => {
      const [, status, body] = /^(\d{3})? ?(.*)$/s.exec(taught) ?? [];
      const failure = classify(body ?? '', status === undefined ? undefined : Number(status));
      expect(failure).toMatchObject({ code, ...(hint !== undefined && { hint }) });
    },
  );

  it.each<[number | undefined, string, string]>([
    [402, 'insufficient credits — please top up your account', 'billing'],
    [402, 'HTTP 402: You have exceeded your current quota. Please add more credits.', 'billing'],
    [402, 'rate limit exceeded', 'rate-limited'],
    [
      402,
      'You have reached your subscription quota limit. Please wait for automatic quota refresh in the rolling time window',
      'rate-limited',
    ],
    [402, 'request token limit exceeded for this billing plan', 'billing'],
    [422, 'check open ai req parameter error', 'invalid'],
    [
      429,
      'Rate limit reached for gpt-4.1-mini in organization org_test on requests per min. Limit: 3.000000 / min.',
      'rate-limited',
    ],
    [429, 'RESOURCE_EXHAUSTED: Resource has been exhausted (e.g. check quota).', 'rate-limited'],
    [
      503,
      'ServiceUnavailable: The service is temporarily unable to handle the request.',
      'overloaded',
    ],
    [503, '{"error":{"message":"The model is overloaded. Please try later"}}', 'overloaded'],
    [404, 'No endpoints found for deepseek/deepseek-r1:free.', 'invalid'],
    [
      400,
      '{"type":"error","error":{"type":"insufficient_quota","message":"Your account has insufficient quota balance to run this request."}}',
      'billing',
    ],
    [400, 'INVALID_ARGUMENT: input exceeds the maximum number of tokens', 'overflow'],
    [undefined, 'prompt is too long: 150000 tokens > 128000 maximum', 'overflow'],
    [
      undefined,
      'LLM error 1310: Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-03-06 22:19:54',
      'rate-limited',
    ],
    [undefined, 'invalid request format: messages.1.content.1.tool_use.id', 'invalid'],
    [403, 'Forbidden', 'auth'],
    [401, 'invalid_api_key', 'auth'],
    [403, '403 Key limit exceeded (monthly limit)', 'billing'],
    [410, 'authentication failed', 'auth'],
    [undefined, 'OAuth authentication is currently not allowed for this organization', 'auth'],
    [undefined, 'Model not found: openai/gpt-6', 'invalid'],
    [undefined, '{"code":404,"message":"model not found"}', 'invalid'],
    [undefined, 'could not authenticate api key', 'auth'],
    [undefined, 'account has been deactivated', 'auth'],
    [
      undefined,
      'Insufficient USD or Diem balance to complete request. Visit https://venice.ai/settings/api to add credits.',
      'billing',
    ],
    [
      undefined,
      "You're out of extra usage. Add more at claude.ai/settings/usage and keep going.",
      'billing',
    ],
    [
      undefined,
      "402 You've used up your points! Visit https://poe.com/api/keys to get more.",
      'billing',
    ],
    [
      undefined,
      'The evidence is insufficient to reconcile the final balance after compaction.',
      'invalid',
    ],
    [
      521,
      '<!DOCTYPE html>\n<html lang="en-US"><head><title>Web server is down</title></head></html>',
      'network',
    ],
    [undefined, 'request_too_large', 'overflow'],
    [
      undefined,
      '{"type":"error","error":{"type":"invalid_request_error","message":"Request size exceeds model context window"}}',
      'overflow',
    ],
    [
      undefined,
      'Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)',
      'overflow',
    ],
    [
      undefined,
      'error, status code: 400, message: Invalid request: Your request exceeded model token limit: 262144',
      'overflow',
    ],
    [undefined, 'Context window exceeded: too many tokens per request.', 'overflow'],
    [undefined, 'Model context window too small (minimum is 128k tokens)', 'invalid'],
    [undefined, '400 Reasoning is mandatory for this endpoint and cannot be disabled.', 'invalid'],
    [
      undefined,
      'ValidationException: Input token count exceeds the maximum number of input tokens',
      'overflow',
    ],
    [undefined, 'ModelStreamErrorException: Input is too long for this model', 'overflow'],
    [
      undefined,
      'request (130000 tokens) exceeds available context size (131072 tokens)',
      'overflow',
    ],
    [undefined, 'ollama error: context length exceeded', 'overflow'],
    [undefined, 'concurrency limit has been reached', 'rate-limited'],
    [undefined, 'workers_ai gateway error: quota limit exceeded', 'rate-limited'],
    [
      499,
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      'overloaded',
    ],
    [undefined, '529 Please try again', 'overloaded'],
    [undefined, '503 Service Unavailable', 'overloaded'],
    [undefined, 'HTTP 410: invalid_api_key', 'auth'],
    [undefined, 'The operation was aborted', 'timeout'],
    [undefined, '407 Proxy Authentication Required', 'network'],
    [undefined, 'model_is_deactivated: this model has been deactivated', 'invalid'],
    [
      undefined,
      '{"type":"error","error":{"type":"api_error","message":"insufficient credits"}}',
      'billing',
    ],
    [
      401,
      '{"type":"error","error":{"type":"permission_error","message":"Missing scopes: api.responses.write"}}',
      'auth',
    ],
    [404, '', 'invalid'],
    [500, 'null', 'overloaded'],
    [418, '[]', 'invalid'],
    [undefined, '', 'invalid'],
    // Google's compatible interface wraps its errors in a list.
    [
      429,
      '[{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}]',
      'rate-limited',
    ],
  ])('is told from others: %s %s', (status, body, code) => {
    expect(classify(body, status).code).toBe(`provider.${code}`);
  });

  it('says who answered what, in the words of the service', () => {
    const body = '{"error":{"message":"The   model\\nis busy","type":"server_error"}}';
    expect(classify(body, 500)).toMatchObject({
      message: 'openai answered 500: The model is busy',
      details: { status: 500 },
    });
  });

  it('shows no web page, no endless text and no secret', () => {
    expect(classify('<html><body>502 Bad Gateway</body></html>', 502).message).toBe(
      'openai answered 502 with a web page.',
    );
    expect(classify('x'.repeat(10_000), 400).message).toHaveLength(
      'openai answered 400: …'.length + 400,
    );
    const leaky =
      'key the-very-key, sk-proj-abcdefgh1234, x-api-key: other-secret-1 Bearer abcdefghijk';
    expect(classify(leaky, 400).message).toBe(
      'openai answered 400: key ***, ***, x-api-key: *** Bearer ***',
    );
  });

  it('shows no key of Google, and no token', () => {
    const leaky = `key AIza${'x'.repeat(35)}, token ya29.a0AfH6SMB-x_y`;
    expect(classify(leaky, 400).message).toBe('openai answered 400: key ***, token ***');
  });

  it('adds what a proxy of models was told upstream', () => {
    const body =
      '{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"prompt is too long"}}}';
    expect(classify(body, 400)).toMatchObject({
      code: 'provider.overflow',
      message: 'openai answered 400: Provider returned error: prompt is too long',
    });
  });

  it.each<[Record<string, string>, string, number | undefined]>([
    [{ 'retry-after': '23' }, '', 23_000],
    [{ 'retry-after': '0' }, '', 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, '', 1500],
    [
      { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT', date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
      '',
      30_000,
    ],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, '', undefined],
    [{ 'retry-after': 'soon' }, '', undefined],
    [{ 'retry-after': '-5' }, '', undefined],
    [{ 'retry-after': 'NaN' }, '', undefined],
    [{ 'retry-after': 'Infinity' }, '', undefined],
    [{ 'retry-after': '0x10' }, '', undefined],
    [{ 'retry-after': '' }, '', undefined],
    [{ 'retry-after': '', 'retry-after-ms': '' }, 'try again in 2s', 2000],
    // Longer than anybody waits, and longer than a number of milliseconds can say: a month.
    [{ 'retry-after': '1000000000000' }, '', 2_678_400_000],
    [{ 'retry-after-ms': '9'.repeat(30) }, '', 2_678_400_000],
    [{ 'retry-after': '9'.repeat(400) }, '', undefined],
    [{}, '{"error":{"resets_in_seconds":99999999999999}}', 2_678_400_000],
    [
      { 'retry-after': 'Sat, 21 Nov 9999 12:00:30 GMT', date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
      '',
      2_678_400_000,
    ],
    [{ 'retry-after': '6' }, 'Please try again in 5.5s.', 6000],
    [{}, 'Please try again in 5.5s.', 5500],
    [{}, 'Please try again in 6m0s.', 360_000],
    [{}, 'try again in 850ms', 850],
    [{}, '{"retryDelay": "34s"}', 34_000],
    [{}, 'Please retry after 26 seconds.', 26_000],
    [{}, '{"error":{"type":"usage_limit_reached","resets_in_seconds":4530}}', 4_530_000],
    [{}, 'no time', undefined],
  ])('knows how long to wait: %j %s', (headers, body, retryAfterMs) => {
    expect(classify(body, 429, headers).retryAfterMs).toBe(retryAfterMs);
  });
});
