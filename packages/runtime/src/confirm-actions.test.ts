import { expect, it } from 'vitest';
import { withButtons, withoutButtons } from './confirm-actions.ts';

it('makes buttons of markers, in rows as they stand in lines', () => {
  expect(
    withButtons({ text: 'Shall I?\n\n[[Yes|go on]] [[No|stop]]\n[[Later|ask me tomorrow]]' }),
  ).toEqual({
    text: 'Shall I?',
    buttons: [
      [
        { label: 'Yes', token: 'say:go on' },
        { label: 'No', token: 'say:stop' },
      ],
      [{ label: 'Later', token: 'say:ask me tomorrow' }],
    ],
  });
});

it.each([
  'plain words',
  'a link [[here]](x)',
  '[[|x]] [[x|]] [[ | ]]',
  '`[[a|b]]` and\n```\n[[c|d]]\n```',
  '```\nunclosed [[a|b]]',
  `[[${'x'.repeat(61)}|y]]`,
])('leaves %j as it is', (text) => {
  expect(withButtons({ text })).toEqual({ text });
});

it('takes no more buttons than an answer has, and leaves the rest as words', () => {
  const { text, buttons } = withButtons({
    text: Array.from({ length: 14 }, (_, at) => `[[b${at}|${at}]]`).join('\n'),
  });
  expect(buttons).toHaveLength(12);
  expect(text).toBe('[[b12|12]]\n[[b13|13]]');
});

it('shows no part of a marker while an answer grows', () => {
  const whole = 'Shall I? [[Yes|go]] or [[No|stop]]';
  for (let length = 0; length <= whole.length; length += 1)
    expect(withoutButtons(whole.slice(0, length))).not.toMatch(/\[\[|\|/);
  expect(withoutButtons('no marker')).toBe('no marker');
});
