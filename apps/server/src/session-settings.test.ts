import { configSchema } from '@cuttle/config';
import { describe, expect, it } from 'vitest';
import { toPersons, toSessionRules } from './session-settings.ts';

const now = Date.parse('2026-03-29T12:00:00Z');
const dm = {
  agentId: 'main',
  channel: 'telegram',
  account: 'a',
  chat: { id: '1', kind: 'dm' },
} as const;
const paired = { isKnown: true, linkedPersonId: undefined };
const rulesOf = (session: object) => toSessionRules(configSchema.parse({ session }));
const before = (session: object, channel: string, kind: 'dm' | 'group' | 'thread') => {
  const reset = rulesOf(session).resetOf({ channel, kind }, now);
  return reset && [new Date(reset.before).toISOString(), reset.notice];
};

describe('toSessionRules', () => {
  it('ends nothing and shares nothing where nothing is said', () => {
    expect(before({}, 'telegram', 'dm')).toBeUndefined();
    expect(rulesOf({}).keyOf(dm, paired)).toBe('agent:main:telegram:a:dm:1');
  });

  it('takes the scope of the channel over that of all', () => {
    const rules = rulesOf({
      scope: 'global',
      channels: { telegram: { scope: 'per-channel-peer' } },
    });
    expect(rules.keyOf(dm, paired)).toBe('agent:main:telegram:dm:1');
    expect(rules.keyOf({ ...dm, channel: 'discord' }, paired)).toBe('agent:main:main');
  });

  it.each([
    ['discord', 'dm', ['2026-03-29T02:00:00.000Z', 'silent']],
    ['discord', 'group', ['2026-03-29T11:30:00.000Z', 'silent']],
    ['telegram', 'dm', ['2026-03-28T18:00:00.000Z', 'told']],
    ['telegram', 'group', ['2026-03-29T11:50:00.000Z', 'told']],
    ['telegram', 'thread', undefined],
  ] as const)('%s, %s: the most particular word wins, key by key', (channel, kind, expected) => {
    const session = {
      reset: {
        mode: 'daily',
        timeZone: 'Europe/Berlin',
        group: { mode: 'idle', idleMinutes: 30 },
      },
      channels: {
        telegram: {
          reset: {
            atHour: 19,
            notice: true,
            group: { idleMinutes: 10, mode: 'idle' },
            thread: { mode: 'manual' },
          },
        },
      },
    };
    expect(before(session, channel, kind)).toEqual(expected);
  });

  it('refuses a time zone that does not exist, and names in place of ids', () => {
    expect(configSchema.safeParse({ session: { reset: { timeZone: 'Mars/Base' } } }).success).toBe(
      false,
    );
    for (const identities of [['telegram:@anna'], ['telegram'], ['telegram:1', 'telegram:1']])
      expect(configSchema.safeParse({ persons: [{ name: 'Anna', identities }] }).success).toBe(
        false,
      );
  });
});

describe('toPersons', () => {
  it('reads accounts of all of ours, and of one', () => {
    const persons = [{ name: 'Anna', identities: ['telegram:42', 'slack/work:U1'] }];
    expect(toPersons(configSchema.parse({ persons }))).toEqual([
      {
        label: 'Anna',
        addresses: [
          { channel: 'telegram', account: '', externalId: '42' },
          { channel: 'slack', account: 'work', externalId: 'U1' },
        ],
      },
    ]);
  });
});
