import { expect, it } from 'vitest';
import { isTextCode, textCodes, textFor } from './texts.ts';

it('fills in the parameters of a text and leaves a missing one visible', () => {
  expect(textFor('command.model', { model: 'a/b' })).toBe('This session uses a/b.');
  expect(textFor('command.model')).toContain('{model}');
});

it('does not read a parameter as a pattern', () => {
  expect(textFor('command.model', { model: '$& {model}' })).toBe('This session uses $& {model}.');
});

it.each(textCodes)('%s says something', (code) => {
  expect(textFor(code).trim()).not.toBe('');
});

it('tells codes from other words', () => {
  expect([isTextCode('busy'), isTextCode('no.such')]).toEqual([true, false]);
});
