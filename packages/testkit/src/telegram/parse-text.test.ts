import { describe, expect, it } from 'vitest';
import { parseText } from './parse-text.ts';

const html = (text: string): ReturnType<typeof parseText> => parseText({ text, parseMode: 'HTML' });

describe('parseText', () => {
  it('trims, and begins entities behind whitespace', () => {
    expect(html('\n <b> x </b>\n')).toEqual({
      text: 'x',
      entities: [{ type: 'bold', offset: 0, length: 1 }],
    });
  });

  it('moves entities over characters the server drops', () => {
    expect(html('a\r\nb<i>\u202Ec</i>\u0007d')).toEqual({
      text: 'a\nbc d',
      entities: [{ type: 'italic', offset: 3, length: 1 }],
    });
  });

  it('keeps no styles in code, no link in a link and no quotation in a quotation', () => {
    expect(html('<b>a<code>b</code>c</b>').entities).toEqual([
      { type: 'bold', offset: 0, length: 1 },
      { type: 'code', offset: 1, length: 1 },
      { type: 'bold', offset: 2, length: 1 },
    ]);
    expect(html('<blockquote>a<blockquote>b</blockquote></blockquote>').entities).toEqual([
      { type: 'blockquote', offset: 0, length: 2 },
    ]);
  });

  it('drops links it cannot check and keeps their text', () => {
    for (const href of ['http://localhost:3000', 'javascript:alert(1)', '/relative', 'a b.example'])
      expect([href, html(`<a href="${href}">x</a>`)]).toEqual([href, { text: 'x', entities: [] }]);
  });

  it('finds what people type', () => {
    const found = parseText({
      text: '/go@my_bot ask @ann about #tea at https://a.example/x. or a@b.example',
    });
    expect(
      found.entities.map(({ type, offset, length }) => [
        type,
        found.text.slice(offset, offset + length),
      ]),
    ).toEqual([
      ['bot_command', '/go@my_bot'],
      ['mention', '@ann'],
      ['hashtag', '#tea'],
      ['url', 'https://a.example/x'],
      ['email', 'a@b.example'],
    ]);
  });

  it('keeps the first hundred entities', () => {
    const { entities } = html('<b>x</b> '.repeat(150));
    expect(entities).toHaveLength(100);
  });

  it('understands legacy Markdown', () => {
    expect(
      parseText({ text: '*b* _i_ `c` [l](https://a.example)', parseMode: 'Markdown' }),
    ).toMatchObject({
      text: 'b i c l',
      entities: [{ type: 'bold' }, { type: 'italic' }, { type: 'code' }, { type: 'text_link' }],
    });
  });

  it('names people it knows in links to them', () => {
    const user = { id: 7, is_bot: false, first_name: 'Ann' };
    const input = { text: '<a href="tg://user?id=7">Ann</a>', parseMode: 'HTML' };
    expect(parseText(input, (id) => (id === 7 ? user : undefined)).entities).toEqual([
      { type: 'text_mention', offset: 0, length: 3, user },
    ]);
    expect(parseText(input).entities).toEqual([]);
  });
});
