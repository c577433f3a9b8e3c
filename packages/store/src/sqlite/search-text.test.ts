import { type InboundBody, messagesOf } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { toMessages, toRankQuery, toSearchText, type WordCounts } from './search-text.ts';

describe('the words of a message', () => {
  const part = { type: 'text' as const, text: 'hi' };
  it.each<[string, InboundBody]>([
    ['parts', { v: 1, parts: [part, part] }],
    ['no parts', { v: 1, parts: [] }],
    ['a name', { v: 1, parts: [part], senderName: 'Ann' }],
    ['messages', { v: 1, parts: [], messages: [{ role: 'user', parts: [part] }], system: 's' }],
    ['both', { v: 1, parts: [part], messages: [{ role: 'user', parts: [] }] }],
  ])('are those that the runtime sends to the model: %s', (_name, body) => {
    expect(toMessages(body)).toEqual(messagesOf(body));
  });

  it('stand apart in scripts without spaces', () => {
    expect(toSearchText('ab里斯c').replaceAll(/ +/g, ' ')).toBe('ab 里 斯 c');
    expect(toSearchText('x'.repeat(100_000))).toHaveLength(16_384);
  });

  const rare: WordCounts = { ofWord: () => 0, ofBeginning: () => 0 };

  it('make a query whose hits are ranked, for the places it may look at', () => {
    expect(toRankQuery('What is a "Birthday"?', ['n1', 'n2'], rare)).toBe(
      'place : ("n1" OR "n2") AND words : ("what" OR "is" OR "birthday" OR "birth" *)',
    );
    expect(toRankQuery('猫叫什', ['n1'], rare)).toBe(
      'place : ("n1") AND words : ("猫  叫" OR "叫  什")',
    );
    expect(toRankQuery('a', ['n1'], rare)).toBe('place : ("n1") AND words : ("a")');
    expect(toRankQuery('" * -', ['n1'], rare)).toBeUndefined();
    expect(toRankQuery('cat', [], rare)).toBeUndefined();
  });

  it('leave out what very many passages hold, unless it is all there is', () => {
    const common = new Map([
      ['the', 9000],
      ['of', 8000],
      ['cat', 3000],
      ['green', 900],
    ]);
    const counts: WordCounts = { ...rare, ofWord: (word) => common.get(word) ?? 0 };
    const wordsOf = (query: string) => toRankQuery(query, ['n1'], counts)?.split('words : ')[1];
    expect(wordsOf('the green cat of Luna')).toBe('("luna" OR "green" OR "cat")');
    expect(wordsOf('the of')).toBe('("of")');
  });

  it('look for a longer beginning where too many words share a shorter one', () => {
    const counts: WordCounts = {
      ...rare,
      ofBeginning: (beginning) => (beginning.length < 9 ? Infinity : 5),
    };
    const wordsOf = (query: string) => toRankQuery(query, ['n1'], counts)?.split('words : ')[1];
    expect(wordsOf('containers')).toBe('("containers" OR "container" *)');
    expect(wordsOf('contain')).toBe('("contain")');
  });
});
