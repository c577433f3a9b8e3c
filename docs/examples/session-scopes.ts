import { createSessionRules } from '@cuttle/sessions';

const rules = createSessionRules({
  scopeOf: (channel) => (channel === 'telegram' ? 'per-sender' : 'per-account-channel-peer'),
  ruleOf: (_channel, kind) => ({
    policy: kind === 'group' ? { mode: 'manual' } : { mode: 'idle', idleMs: 3_600_000 },
    notice: 'silent',
  }),
});
const anna = { isKnown: true, linkedPersonId: 'anna' };
const guest = { isKnown: false, linkedPersonId: undefined };
const dm = {
  agentId: 'main',
  channel: 'telegram',
  account: 'work',
  chat: { id: '42', kind: 'dm' },
} as const;
console.log(rules.keyOf(dm, anna)); // agent:main:person:anna
console.log(rules.keyOf(dm, guest)); // agent:main:telegram:work:dm:42
console.log(rules.keyOf({ ...dm, channel: 'discord' }, anna)); // agent:main:discord:work:dm:42
const now = Date.parse('2026-11-21T12:00:00Z');
const ended = rules.resetOf({ channel: 'telegram', kind: 'dm' }, now)?.before ?? 0;
console.log(new Date(ended).toISOString()); // 2026-11-21T11:00:00.000Z
