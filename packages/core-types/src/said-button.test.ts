import { expect, it } from 'vitest';
import { readToken, sayToken } from './said-button.ts';

it.each([
  [sayToken('Yes, please'), 'Yes, please'],
  [sayToken('/approve abc'), 'approve abc'],
  [sayToken(' / /stop'), 'stop'],
  ['approve abc deny', '/approve abc deny'],
  ['', '/'],
])('reads the token %j', (token, said) => {
  expect(readToken(token)).toBe(said);
});
