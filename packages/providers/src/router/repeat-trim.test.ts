import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRepeatTrim } from './repeat-trim.ts';

/** What is shown of a continuation that comes in pieces of `size` characters. */
function shownOf(shown: string, said: string, size = 3): { more: string; isAnew: boolean } {
  const trim = createRepeatTrim(shown);
  let more = '';
  for (let at = 0; at < said.length; at += size) more += trim.push(said.slice(at, at + size));
  more += trim.end();
  return { more, isAnew: trim.isAnew };
}

const story =
  'The octopus has three hearts and blue blood. Two of the hearts pump blood through the gills, and the third one keeps it moving through the body. When it swims, the third heart stops, which is why an octopus would rather crawl. Its arms hold two thirds of its nerve cells and can taste what they touch.';

describe('what is shown of a continuation', () => {
  it.each<[string, string, string]>([
    ['Hello wor', 'ld!', 'ld!'],
    ['Hello wor', 'world!', 'ld!'],
    ['The quick brown fox jum', 'fox jumps over', 'ps over'],
    ['The quick brown fox', ' brown fox jumps', ' jumps'],
    ['It is a bal', 'l over there', 'l over there'],
    ['One\n', '\nTwo', '\nTwo'],
    ['| a |\n| --- |', ' --- |\n', ' --- |\n'],
    ['The end.', 'The end.', ''],
    ['Die Antwort laut', 'Antwort lautet: ja', 'et: ja'],
    ['章鱼有三颗心脏和蓝色的血液', '三颗心脏和蓝色的血液。真的', '。真的'],
    ['T', 'The answer', 'he answer'],
    ['It costs 1000', '000 francs', '000 francs'],
    ['', 'Hello', 'Hello'],
    ['Hello', '', ''],
  ])('%j then %j', (shown, said, more) => {
    for (const size of [1, 2, 3, 100])
      expect(shownOf(shown, said, size)).toEqual({ more, isAnew: false });
  });

  it('is the rest, wherever the answer was cut and however much was said again', () => {
    fc.assert(
      fc.property(
        fc.nat(story.length),
        fc.constantFrom(24, 60, 200, story.length),
        fc.integer({ min: 1, max: 40 }),
        (cut, again, size) => {
          const from = Math.max(0, cut - again);
          const { more } = shownOf(story.slice(0, cut), story.slice(from), size);
          expect(more).toBe(story.slice(cut));
        },
      ),
    );
  });

  it('is the rest where nothing was said again', () => {
    for (let cut = 0; cut <= story.length; cut += 1)
      expect(shownOf(story.slice(0, cut), story.slice(cut)).more).toBe(story.slice(cut));
  });

  it('is nothing where the answer began anew and went another way', () => {
    const said = `${story.slice(0, 90)} and that is all I know about it.`;
    expect(shownOf(story.slice(0, 200), said)).toEqual({ more: '', isAnew: true });
    // By chance it ends as it began.
    expect(shownOf('Two hearts beat in there. T', 'Two hearts beat in here.')).toMatchObject({
      isAnew: true,
    });
    // It stops in the middle of what was shown: the rest will never come.
    expect(shownOf(story.slice(0, 200), story.slice(0, 120))).toEqual({ more: '', isAnew: true });
  });

  it('is all of it where other words say the same', () => {
    const said = 'An octopus owns three hearts.';
    expect(shownOf('The octopus has three', said)).toEqual({ more: said, isAnew: false });
  });

  it('keeps back no more than may be a repetition', () => {
    const trim = createRepeatTrim(story.slice(0, 100));
    expect(trim.push('Cuttlefish')).toBe('Cuttlefish');
    expect(trim.push(' are')).toBe(' are');
  });

  it('compares a long answer that is said again in time that grows with its length', () => {
    const long = Array.from({ length: 40_000 }, (_, index) => `word${index} `).join('');
    expect(shownOf(long, `${long}and more`, 4).more).toBe('and more');
  });
});
