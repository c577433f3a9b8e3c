import { describe, expect, it } from 'vitest';
import { type CrashRecord, emptyVerdict, isSound, type ShownText } from './crash-record.ts';
import { judgeAnswers } from './judge-answers.ts';

const place = 'telegram:1';
const mark = '(again)';
const placeholder = '…';

const said = (id: string, order: number, answer?: string): CrashRecord['said'][number] => ({
  id,
  place,
  order,
  expects: 'answer',
  answer,
});
const shown = (...texts: readonly string[]): ShownText[] =>
  texts.map((text, index) => ({ place, text, number: index + 1 }));
const record = (over: Partial<CrashRecord>): CrashRecord => ({
  said: [said('a', 0), said('b', 1)],
  notices: [],
  shown: shown('(id=a) first', '(id=b) second'),
  unconfirmed: [],
  mark,
  placeholder,
  ...over,
});

it('keeps the order of what is listed behind a text that was seen without a receipt', () => {
  const listed = (text: string): CrashRecord['unconfirmed'][number] => ({
    place,
    text,
    kind: 'send',
    after: 0,
  });
  const verdict = judgeAnswers(
    record({
      shown: shown('(id=a) first'),
      unconfirmed: [listed('(id=a) first'), listed('(id=b) second')],
    }),
  );
  expect([verdict.misordered, verdict.lost]).toEqual([[], []]);
  expect(verdict.ambiguous.map(({ resolved }) => resolved)).toEqual([
    'seen once',
    'not seen, listed',
  ]);
});

describe('what people saw', () => {
  it('is sound where every message is answered once, whole and in order', () => {
    const verdict = judgeAnswers(record({}));
    expect(verdict).toEqual(emptyVerdict);
    expect(isSound(verdict)).toBe(true);
  });

  it('is lost where an answer is not there', () => {
    const verdict = judgeAnswers(record({ shown: shown('(id=a) first') }));
    expect(verdict.lost).toEqual(['telegram:1: b']);
    expect(isSound(verdict)).toBe(false);
  });

  it('is lost where the answer is in another place', () => {
    const elsewhere = { place: 'telegram:2', text: '(id=b) second' };
    const verdict = judgeAnswers(record({ shown: [...shown('(id=a) first'), elsewhere] }));
    expect(verdict.lost).toEqual(['telegram:1: b']);
    expect(verdict.violations).toEqual(['telegram:2: an answer to b, which was not said here']);
  });

  it('is doubled where an answer is there twice', () => {
    const twice = shown('(id=a) first', '(id=a) first', '(id=b) second');
    expect(judgeAnswers(record({ shown: twice })).doubled).toEqual(['telegram:1: a']);
  });

  it('is doubled where one text answers a message twice', () => {
    const verdict = judgeAnswers(record({ shown: shown('(id=a) x (id=a) x', '(id=b) y') }));
    expect(verdict.doubled).toEqual(['telegram:1: a']);
  });

  it('is out of order where a later message was answered first', () => {
    const verdict = judgeAnswers(record({ shown: shown('(id=b) second', '(id=a) first') }));
    expect(verdict.misordered).toEqual(['telegram:1: a after b']);
  });

  it('has no order where none was promised', () => {
    const reminder = { id: 'r', place, expects: 'answer' } as const;
    const texts = shown('(id=a) first', '(id=r) tea', '(id=b) second');
    expect(
      judgeAnswers(record({ said: [said('a', 0), reminder, said('b', 1)], shown: texts })),
    ).toEqual(emptyVerdict);
  });

  it('takes one answer to several messages as the answer of each', () => {
    expect(judgeAnswers(record({ shown: shown('(id=a) (id=b) both') }))).toEqual(emptyVerdict);
  });

  it('need not be an answer where somebody cut it short, but is never two', () => {
    const cut = { ...said('b', 1), expects: 'cut-short' } as const;
    const messages = [said('a', 0), cut];
    expect(judgeAnswers(record({ said: messages, shown: shown('(id=a) first') }))).toEqual(
      emptyVerdict,
    );
    const twice = shown('(id=a) first', '(id=b) half [stopped]', '(id=b) whole');
    expect(judgeAnswers(record({ said: messages, shown: twice })).doubled).toEqual([
      'telegram:1: b',
    ]);
  });

  it('is nothing that nobody asked for', () => {
    const verdict = judgeAnswers(record({ shown: shown('hello?', '(id=a) 1', '(id=b) 2') }));
    expect(verdict.violations).toEqual(['telegram:1: nobody asked for "hello?"']);
  });
});

describe('a long answer in parts', () => {
  const whole = '(id=a) one two three four';
  const long = (...texts: readonly string[]): CrashRecord =>
    record({ said: [said('a', 0, whole)], shown: shown(...texts) });

  it('is sound wherever it was split', () => {
    expect(judgeAnswers(long('(id=a) one two', 'three', 'four'))).toEqual(emptyVerdict);
  });

  it('is lost in part where a part is missing', () => {
    const { lost } = judgeAnswers(long('(id=a) one two', 'four'));
    expect(lost).toEqual(['telegram:1: a: 4 words of 5; from word 0: "(id=a) one two four"']);
  });

  it('is lost in part where its parts are exchanged', () => {
    expect(judgeAnswers(long('(id=a) one two', 'four', 'three')).lost).toHaveLength(1);
  });

  it('is doubled in part where a part is there twice', () => {
    const { doubled } = judgeAnswers(long('(id=a) one two', 'three', 'three', 'four'));
    expect(doubled).toHaveLength(1);
  });

  it('is not whole where a preview stayed', () => {
    expect(judgeAnswers(long('(id=a) one')).lost).toHaveLength(1);
  });
});

describe('a send of unknown outcome', () => {
  it('is ambiguous where it was repeated with the mark, seen twice or once', () => {
    const twice = record({ shown: shown('(id=a) 1', `${mark}\n(id=a) 1`, `${mark}\n(id=b) 2`) });
    const verdict = judgeAnswers(twice);
    expect(verdict.ambiguous.map(({ resolved }) => resolved)).toEqual([
      'seen twice, marked',
      'seen once',
    ]);
    expect(isSound(verdict)).toBe(true);
  });

  it('is doubled where the repetition does not follow what it repeats', () => {
    const verdict = judgeAnswers(
      record({ shown: shown('(id=a) 1', '(id=b) 2', `${mark}\n(id=a) 1`) }),
    );
    expect(verdict.doubled).toEqual(['telegram:1: a']);
  });

  it('is ambiguous where the gateway lists it and nobody saw it', () => {
    const listed = { place, text: '(id=b) second', kind: 'send', after: 1 } as const;
    const verdict = judgeAnswers(record({ shown: shown('(id=a) first'), unconfirmed: [listed] }));
    expect(verdict.ambiguous).toEqual([
      { place, text: '(id=b) second', resolved: 'not seen, listed' },
    ]);
    expect(isSound(verdict)).toBe(true);
  });

  it('is ambiguous where the gateway lists it and it was seen', () => {
    const listed = { place, text: '(id=b) second', kind: 'send', after: 1 } as const;
    const verdict = judgeAnswers(record({ unconfirmed: [listed] }));
    expect(verdict.ambiguous).toEqual([{ place, text: '(id=b) second', resolved: 'seen once' }]);
    expect(isSound(verdict)).toBe(true);
  });

  it('stands in the middle of a long answer, whose other parts are judged all the same', () => {
    const long = {
      said: [said('z', 0, '(id=z) zero'), said('a', 1, '(id=a) one two three four')],
      unconfirmed: [{ place, text: '(id=a) one two', kind: 'send', after: 1 }],
    } as const;
    const whole = record({ ...long, shown: shown('(id=z) zero', 'three four') });
    expect(isSound(judgeAnswers(whole))).toBe(true);
    const less = record({ ...long, shown: shown('(id=z) zero', 'three') });
    expect(judgeAnswers(less).lost).toHaveLength(1);
  });

  it('leaves no more than a placeholder where it was the opening of a bubble', () => {
    const listed = { place, text: placeholder, kind: 'open', after: 0 } as const;
    const texts = shown(placeholder, '(id=a) first', '(id=b) second');
    const verdict = judgeAnswers(record({ shown: texts, unconfirmed: [listed] }));
    // Counted once.
    expect([verdict.orphans, verdict.ambiguous]).toEqual([1, []]);
    const unseen = record({ shown: texts.slice(1), unconfirmed: [listed] });
    expect(judgeAnswers(unseen)).toMatchObject({ orphans: 0, ambiguous: [{ place }] });
    expect(isSound(verdict)).toBe(true);
  });
});

describe('what the gateway itself says', () => {
  const notice = { place, words: /^Stopped/, count: 'once' } as const;
  const answers = ['(id=a) first', '(id=b) second'] as const;

  it('is seen once', () => {
    const verdict = judgeAnswers(
      record({ notices: [notice], shown: shown(...answers, 'Stopped. 1 dropped.') }),
    );
    expect(verdict).toEqual(emptyVerdict);
  });

  it('is lost where it is not there', () => {
    const verdict = judgeAnswers(record({ notices: [notice], shown: shown(...answers) }));
    expect(verdict.lost).toEqual(['telegram:1: ^Stopped']);
  });

  it('is doubled where it is there more often than asked for', () => {
    const texts = shown('Stopped.', ...answers, 'Stopped.');
    expect(judgeAnswers(record({ notices: [notice], shown: texts })).doubled).toEqual([
      'telegram:1: ^Stopped',
    ]);
    expect(judgeAnswers(record({ notices: [notice, notice], shown: texts }))).toEqual(emptyVerdict);
  });

  it('may be missing where it is optional', () => {
    const optional = { ...notice, count: 'optional' } as const;
    expect(judgeAnswers(record({ notices: [optional], shown: shown(...answers) }))).toEqual(
      emptyVerdict,
    );
  });

  it('is an ambiguous send where it stands beside what should have taken its place', () => {
    const question = { place, words: /^May I/, count: 'optional', end: /^I asked/ } as const;
    const notices = [question, { place, words: question.end, count: 'optional' } as const];
    const judge = (...texts: readonly string[]): unknown =>
      judgeAnswers(record({ notices, shown: shown(...texts, ...answers) })).ambiguous;
    expect(judge('May I?')).toEqual([]);
    expect(judge('I asked.')).toEqual([]);
    expect(judge('May I?', 'I asked.')).toEqual([{ place, text: 'May I?', resolved: 'seen once' }]);
  });
});
