import { buildSessionKey, parseSessionKey, toSessionKey } from '@cuttle/sessions';

const place = {
  agentId: 'main',
  channel: 'telegram',
  account: 'main',
  chat: { id: '-100123', kind: 'group', threadId: '7' },
} as const;
const key = buildSessionKey(place);
console.log(key); // agent:main:telegram:main:group:-100123:thread:7
console.log(JSON.stringify(parseSessionKey(key)) === JSON.stringify(place)); // true
console.log(toSessionKey('notebook', 'main')); // agent:main:notebook
