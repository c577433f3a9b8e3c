import { expect, it } from 'vitest';
import { redactConfig, secretsOf } from './secrets.ts';

const config = {
  gateway: { port: 1, auth: { token: 'gateway-token' } },
  store: { url: 'postgres://cuttle:pass%20word@db.example/cuttle' },
  providers: {
    a: {
      kind: 'openai',
      apiKey: 'key-a',
      apiKeys: ['key-b', 'key-c'],
      baseUrl: 'http://127.0.0.1:1/v1',
      headers: { Authorization: 'Bearer x' },
      maxOutputTokens: 5,
    },
  },
  channels: {
    slack: {
      main: {
        botToken: 'xoxb',
        appToken: 'xapp',
        signingSecret: 's',
        name: 'Team',
        empty: { token: '' },
      },
    },
  },
  agents: {
    list: [{ id: 'main', tools: { allow: ['web_fetch'] }, system: 'Ask http://user@host/ first.' }],
  },
  bedrock: { credentials: { id: 'deep', region: 'eu' } },
};

it('takes secrets out and leaves the rest', () => {
  expect(redactConfig(config)).toEqual({
    gateway: { port: 1, auth: { token: '[redacted]' } },
    store: { url: 'postgres://cuttle:[redacted]@db.example/cuttle' },
    providers: {
      a: {
        kind: 'openai',
        apiKey: '[redacted]',
        apiKeys: ['[redacted]', '[redacted]'],
        baseUrl: 'http://127.0.0.1:1/v1',
        headers: { Authorization: '[redacted]' },
        maxOutputTokens: 5,
      },
    },
    channels: {
      slack: {
        main: {
          botToken: '[redacted]',
          appToken: '[redacted]',
          signingSecret: '[redacted]',
          name: 'Team',
          empty: { token: '' },
        },
      },
    },
    agents: {
      list: [
        { id: 'main', tools: { allow: ['web_fetch'] }, system: 'Ask http://user@host/ first.' },
      ],
    },
    bedrock: { credentials: { id: '[redacted]', region: '[redacted]' } },
  });
});

it('finds every text that must not be shown', () => {
  expect(secretsOf(config)).toEqual([
    'gateway-token',
    'pass%20word',
    'key-a',
    'key-b',
    'key-c',
    'Bearer x',
    'xoxb',
    'xapp',
    's',
    'deep',
    'eu',
  ]);
});
