import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { withCpuMs } from '@cuttle/tooling/cpu-time';
import { describe, expect, it } from 'vitest';
import { createRedactor, isSecretName, redact, redactJson } from './redact.ts';

async function readFixture<Row>(name: string): Promise<readonly Row[]> {
  return JSON.parse(await readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as Row[];
}

const hex = '3f9a0c71b2d84e65';
const word = 'aZ3kQ9xW2mN7pL5tR8vY';

describe('redact', () => {
  it.each([
    ['a header', `Authorization: Bearer ${word}`, 'Authorization: Bearer [redacted]'],
    [
      'basic authentication',
      'authorization: Basic dXNlcjpwYXNzd29yZA==',
      'authorization: Basic [redacted]',
    ],
    ['a header without a scheme', `x-api-key: ${word}`, 'x-api-key: [redacted]'],
    ['JSON', '{"apiKey": "hello", "n": 1}', '{"apiKey": "[redacted]", "n": 1}'],
    [
      'JSON in JSON',
      String.raw`{"body":"{\"password\":\"pa ss\",\"a\":1}"}`,
      String.raw`{"body":"{\"password\":\"[redacted]\",\"a\":1}"}`,
    ],
    [
      'an escaped quote',
      String.raw`{"password":"pa\"ss","a":1}`,
      '{"password":"[redacted]","a":1}',
    ],
    ['an assignment', 'export BOT_TOKEN=abc', 'export BOT_TOKEN=abc'.replace('abc', '[redacted]')],
    ['YAML', `password: 'open sesame'`, `password: '[redacted]'`],
    ['a query', `GET /a?b=1&access_token=${hex}&c=2`, 'GET /a?b=1&access_token=[redacted]&c=2'],
    [
      'a query with a common name',
      `https://x.example/?key=${hex}#code=${hex}`,
      'https://x.example/?key=[redacted]#code=[redacted]',
    ],
    ['a login in an address', 'postgres://cuttle:s3cret@db/x', 'postgres://cuttle:[redacted]@db/x'],
    [
      'a Telegram address',
      `https://api.telegram.org/bot123456789:AA${word}abcdefghijklm/getMe`,
      'https://api.telegram.org/bot[redacted]/getMe',
    ],
    [
      'a private key',
      `a\n-----BEGIN RSA PRIVATE KEY-----\n${word}\n-----END RSA PRIVATE KEY-----\nb`,
      'a\n[redacted]\nb',
    ],
    ['a private key cut off', `a -----BEGIN PRIVATE KEY----- ${word}`, 'a [redacted]'],
    ['a login of curl', 'curl -u ann:s3cret https://x', 'curl -u ann:[redacted] https://x'],
    ['a cookie', `Cookie: sid=${word}; other=a1b2`, 'Cookie: [redacted]'],
  ])('masks %s', (_what, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'The token expired; ask for a new one.',
    'max_tokens: 4096, "inputTokens": 12, token count = 5',
    '{"next_page_token": "CAUQAA", "pageToken":"abc123def456"}',
    'password: required, at least 8 characters',
    'Bearer authentication is used; Basic authentication is not.',
    'commit 549b0221d9c8b2f0e8a1c7d6f5e4d3c2b1a09876',
    'id 018f3c1e-7b2a-7c3d-8e4f-5a6b7c8d9e0f, chat -1001234567890',
    'https://example.com/path?page=2&q=hello#section',
    'sk-learn is a library; task-management-and-planning-tool too',
    '"apiKey": null, "secret": "", "token": "${BOT_TOKEN}", password=$PASSWORD',
    'discord: 123456789012345678 linear: x = 3',
    'mailto:someone@example.com and 12:34:56',
    'secretary: Jane Doe; tokenizer: cl100k_base',
  ])('leaves %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('removes known secrets wherever and however they stand', () => {
    const secret = 'correct horse/"battery"';
    const text = `a ${secret} b ${encodeURIComponent(secret)} c ${JSON.stringify({ x: secret })}`;
    expect(redact(text, [secret, 'x'])).toBe('a [redacted] b [redacted] c {"x":"[redacted]"}');
  });

  it('prefers the longer of two known secrets', () => {
    expect(createRedactor(['abcdef', 'abcdefghi'])('abcdefghi abcdef')).toBe(
      '[redacted] [redacted]',
    );
  });

  it('takes known secrets as text, not as patterns', () => {
    const redactor = createRedactor(['.*.*.*', '[a-z]+$', '(a+)+b^', '\ud800secret', '', '  ']);
    expect(redactor('hello (a+)+b^ .*.*.*')).toBe('hello [redacted] [redacted]');
  });

  it('changes nothing the second time', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'token=',
        '"password":',
        '"',
        "'",
        '\\',
        ' ',
        '\n',
        'Bearer ',
        'sk-',
        word,
        hex,
        '?key=',
        'a://b:',
        '@',
        '-----BEGIN PRIVATE KEY-----',
        'eyJhbGci.',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const once = redact(parts.join(''));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('survives naughty strings, alone and as values', async () => {
    const strings = await readFixture<string>('naughty-strings.json');
    expect(strings.length).toBeGreaterThan(500);
    for (const text of strings) {
      expect(redact(redact(text))).toBe(redact(text));
      const json = JSON.stringify({ password: text, after: 'kept' });
      expect(redact(json)).toMatch(/"after":"kept"\}$/);
    }
  });

  it.each([
    'token=',
    '"token":"',
    "token='",
    'password=\\"',
    'sk-',
    'sk-a',
    'eyJ',
    'eyJaaaaaaaaaa.',
    'a://',
    'a://b:c',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    'Bearer a1',
    '?key=',
    'linear_',
    'linear_a.b-',
    '1',
    '1234567890123456:',
    'a',
    'A3-',
    's.',
    '\\',
    ' ',
  ])('is linear in texts of %j', (unit) => {
    const small = unit.repeat(20_000);
    const large = unit.repeat(80_000);
    redact(unit.repeat(1000));
    let smallMs = Number.POSITIVE_INFINITY;
    let largeMs = Number.POSITIVE_INFINITY;
    // Four times the text: quadratic would take sixteen times as long, each time. Below 60 ms a busy machine says nothing.
    const isLinear = (): boolean => largeMs < 60 || largeMs < smallMs * 13;
    for (let round = 0; round < 8 && !isLinear(); round += 1) {
      smallMs = Math.min(smallMs, withCpuMs(() => redact(small)).cpuMs);
      largeMs = Math.min(largeMs, withCpuMs(() => redact(large)).cpuMs);
    }
    expect(isLinear()).toBe(true);
  });
});

/** What gitleaks finds and we leave, and why. */
const left: Readonly<Record<string, string>> = {
  'asana-client-id': 'a number that is no secret',
  'discord-client-id': 'a number that is no secret',
  'cohere-api-token': 'a name that continues after `key`, which the samples add',
  'generic-api-key': 'a name that continues after `token`, which the samples add',
  'hashicorp-tf-password': 'a name that continues after `password`, which the samples add',
  'curl-auth-header': 'cannot be sampled; headers have their own test',
  'curl-auth-user': 'samples without a password',
  'freemius-secret-key': 'samples with quotes inside the value',
  jwt: 'samples that hold no JSON; real ones have their own test',
  'jwt-base64': 'samples with line breaks',
  'kubernetes-secret-yaml': 'cannot be sampled',
  'lob-api-key': '`lob` is the end of `blob`, whose hashes must stay',
  'lob-pub-api-key': 'a public key',
  'nuget-config-password': 'XML',
  'slack-config-access-token': 'samples with any character for the dot after `xoxe`',
  'slack-webhook-url': 'samples without the dots of the host',
};

describe('with gitleaks as an independent detector', async () => {
  const rules = await readFixture<{ id: string; regex: string }>('gitleaks-rules.json');

  it('masks what each rule finds', () => {
    const missed: string[] = [];
    for (const rule of rules) {
      const pattern = toJs(rule.regex);
      const samples = samplesOf(pattern);
      const found = samples.filter((sample) => {
        const groups = pattern.exec(sample)?.slice(1) ?? [];
        const secret = groups.findLast((group) => (group as string | undefined)?.[7]) ?? sample;
        return redact(` ${sample} `).includes(secret);
      });
      if (found.length > samples.length / 2) missed.push(rule.id);
    }
    expect(missed.toSorted()).toEqual(Object.keys(left).toSorted());
  }, 30_000);
});

/**
 * Go's RE2 syntax in JavaScript's, whole, and without what cannot be sampled: assertions, and where the case matters.
 * What may stand between a name and its value is fixed, or samples would be noise.
 */
function toJs(source: string): RegExp {
  const plain = source
    .replaceAll(/\(\?-?i\)/g, '')
    .replaceAll(/\(\?-?i:/g, '(?:')
    .replaceAll('(?P<', '(?<')
    .replaceAll('[[:alnum:]]', '[A-Za-z0-9]')
    .replaceAll(/\\b|\\z/g, '')
    .replaceAll(String.raw`(?:[\x60'"\s;]|\\[nr]|$)`, '')
    .replaceAll(String.raw`[\w.-]{0,50}?`, '')
    .replaceAll(String.raw`(?:[ \t\w.-]{0,20})`, '_x')
    .replaceAll(String.raw`[\s'"]{0,3}`, '')
    .replaceAll(String.raw`(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)`, '=')
    .replaceAll(String.raw`[\x60'"\s=]{0,5}`, '');
  return new RegExp(`^(?:${plain})$`);
}
function samplesOf(pattern: RegExp): readonly string[] {
  try {
    return fc.sample(fc.stringMatching(pattern), { numRuns: 20, seed: 1 });
  } catch (error) {
    return [`unsampled ${String(error)}`];
  }
}

describe('redactJson', () => {
  it('masks by name at any depth and by shape in any text', () => {
    const value = {
      bot_token: 123,
      list: [{ apiKey: { nested: 1 } }, `Bearer ${word}`],
      empty: '',
      secret: null,
      maxTokens: 5,
      when: 1,
    };
    expect(redactJson(value)).toEqual({
      bot_token: '[redacted]',
      list: [{ apiKey: '[redacted]' }, 'Bearer [redacted]'],
      empty: '',
      secret: null,
      maxTokens: 5,
      when: 1,
    });
  });
});

it.each(['token', 'botToken', 'BOT_TOKEN', 'apiKeys', 'appSecret', 'client-secret', 'password'])(
  'knows %s for a secret name',
  (name) => {
    expect(isSecretName(name)).toBe(true);
  },
);
it.each(['maxTokenCount', 'tokenizer', 'pageToken', 'key', 'author', 'name'])(
  'does not take %s for one',
  (name) => {
    expect(isSecretName(name)).toBe(false);
  },
);
