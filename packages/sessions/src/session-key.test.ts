import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentOf,
  buildSessionKey,
  type ChatPlace,
  parseSessionKey,
  toSessionKey,
} from './session-key.ts';

/** Ids as hostile as a platform could make them. */
const anyId = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[%:a3A2 5]*$/),
  fc.constantFrom('', ':', '%', '%3A', '%25', '%3a', 'thread', 'dm', 'agent', '-100', '__proto__'),
);
const agentId = anyId.filter((id) => id !== '');
const place: fc.Arbitrary<ChatPlace> = fc.record({
  agentId,
  channel: anyId,
  account: anyId,
  chat: fc.record(
    { id: anyId, kind: fc.constantFrom('dm' as const, 'group' as const), threadId: anyId },
    { requiredKeys: ['id', 'kind'] },
  ),
});

describe('buildSessionKey', () => {
  it.each([
    [{ id: '42', kind: 'dm' as const }, 'agent:main:telegram:work:dm:42'],
    [
      { id: '-100', kind: 'group' as const, threadId: '7' },
      'agent:main:telegram:work:group:-100:thread:7',
    ],
    [{ id: 'a:b%c', kind: 'dm' as const }, 'agent:main:telegram:work:dm:a%3Ab%25c'],
  ])('names %j', (chat, key) => {
    expect(buildSessionKey({ agentId: 'main', channel: 'telegram', account: 'work', chat })).toBe(
      key,
    );
  });

  it('gives different places different keys', () => {
    fc.assert(
      fc.property(place, place, (left, right) => {
        const isSame = buildSessionKey(left) === buildSessionKey(right);
        expect(isSame).toBe(JSON.stringify(sorted(left)) === JSON.stringify(sorted(right)));
      }),
    );
  });

  it('names places that can be read back', () => {
    fc.assert(
      fc.property(place, (one) => {
        expect(parseSessionKey(buildSessionKey(one))).toEqual(one);
        expect(agentOf(buildSessionKey(one))).toBe(one.agentId);
      }),
    );
  });
});

function sorted({ agentId: agent, channel, account, chat }: ChatPlace): readonly unknown[] {
  return [agent, channel, account, chat.kind, chat.id, chat.threadId];
}

describe('toSessionKey', () => {
  it('leaves a full key as it is and adds the agent to a name', () => {
    expect(toSessionKey(' main ', 'main')).toBe('agent:main:main');
    expect(toSessionKey('agent:other:main', 'main')).toBe('agent:other:main');
    expect(toSessionKey('my notes', 'a:b')).toBe('agent:a%3Ab:my notes');
  });

  it('always makes a key whose agent can be read, and is stable', () => {
    fc.assert(
      fc.property(fc.string(), agentId, (name, agent) => {
        const key = toSessionKey(name, agent);
        expect(toSessionKey(key, agent)).toBe(key.trim());
        const expected = name.trim().startsWith('agent:') ? agentOf(name.trim()) : agent;
        expect(agentOf(key)).toBe(expected);
      }),
    );
  });

  it('gives different names different keys', () => {
    const name = fc.string().filter((text) => text === text.trim());
    fc.assert(
      fc.property(name, name, (left, right) => {
        fc.pre(!left.startsWith('agent:') && !right.startsWith('agent:'));
        expect(toSessionKey(left, 'main') === toSessionKey(right, 'main')).toBe(left === right);
      }),
    );
  });
});

describe('parseSessionKey', () => {
  it('reads what a client named', () => {
    expect(parseSessionKey('agent:main:main')).toEqual({ agentId: 'main', name: 'main' });
    expect(parseSessionKey('agent:main:a:b')).toEqual({ agentId: 'main', name: 'a:b' });
  });

  it.each(['', 'main', 'agent', 'agent:', 'agent::main', 'agents:main:main', 'agent:%zz:main'])(
    'finds no key in "%s"',
    (text) => {
      expect(parseSessionKey(text)).toBeUndefined();
      expect(agentOf(text)).toBeUndefined();
    },
  );

  it('bears anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const found = parseSessionKey(`agent:${text}`);
        expect(found === undefined || found.agentId !== '').toBe(true);
      }),
    );
  });
});
