import { expect, it } from 'vitest';
import { greetingFor, greetingOrigin } from './greeting.ts';

const greetings = { added: 'I am here.', joined: 'Welcome, {name}!' };
const others = (...names: string[]) => ({ joined: { who: 'others' as const, names } });

it.each([
  [{ joined: { who: 'us' as const, names: [] } }, 'I am here.'],
  [others('Ann'), 'Welcome, Ann!'],
  [others('Ann', 'Ben $& {name}'), 'Welcome, Ann, Ben $ {name}!'],
  [others('[free](https://evil.example) @all **x**'), 'Welcome, free https evil example all x!'],
  [others('   '), ''],
  [{}, ''],
])('says to %j: %s', (event, text) => {
  expect(greetingFor({ greetings }, event)).toBe(text);
});

it('says nothing without a text', () => {
  expect(greetingFor({ greetings: { added: '', joined: '' } }, others('Ann'))).toBe('');
  expect(greetingFor({}, others('Ann'))).toBe('');
});

it('greets people once a minute, and each addition of the account', () => {
  const place = { accountId: 'a', key: '-1' };
  const at = (minute: number, second: number) => ({
    ...others('Ann'),
    at: minute * 60_000 + second * 1000,
  });
  expect(greetingOrigin('in-1', place, at(5, 1))).toBe(greetingOrigin('in-2', place, at(5, 59)));
  expect(greetingOrigin('in-1', place, at(5, 1))).not.toBe(greetingOrigin('in-2', place, at(6, 0)));
  const us = { joined: { who: 'us' as const, names: [] }, at: 0 };
  expect(greetingOrigin('in-1', place, us)).not.toBe(greetingOrigin('in-2', place, us));
});
