import type { Answer, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import { parseTelegramText } from '@cuttle/testkit/telegram';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Nodes } from 'mdast';
import inputs from './fixtures/markdown-inputs.json' with { type: 'json' };
import { encodeAnswer, encodeCall, encodePlaceholder, encodePreview } from './encode.ts';

const target = { chatId: 7 };
const styled = { formatting: 'html', files: 'shown' } as const;
const unstyled = { formatting: 'plain', files: 'shown' } as const;

function requestOf(part: OutboundPart, more: Partial<SendRequest> = {}): SendRequest {
  return { kind: 'send', target, part, idempotencyKey: 'k', ...more };
}

/** What Telegram's own parser makes of a part; it throws where the real server would refuse. */
function shown(part: OutboundPart, more: Partial<SendRequest> = {}): string {
  const { params } = encodeCall(requestOf(part, more), styled);
  const { text } = parseTelegramText({ text: String(params['text']), parseMode: 'HTML' });
  if (text === '' || text.length > 4096)
    throw new Error(`Telegram refuses ${JSON.stringify(text)}`);
  return text;
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether all `needles` come in `hay` in this order. */
function missing(hay: readonly string[], needles: readonly string[]): readonly string[] {
  let at = 0;
  return needles.filter((needle) => {
    const found = hay.indexOf(needle, at);
    if (found < 0) return true;
    at = found + 1;
    return false;
  });
}

/** Every word of the tree, in order, by a walk of its own. */
function written(text: string): string[] {
  const tree = fromMarkdown(text, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const walk = (node: Nodes): string => {
    if (node.type === 'break' || (node.type === 'html' && node.value.startsWith('<br'))) return ' ';
    if ('value' in node) return node.value;
    if (node.type === 'image') return node.alt ?? '';
    return 'children' in node
      ? node.children.map(walk).join(inlineParents.has(node.type) ? '' : ' ')
      : '';
  };
  return words(walk(tree));
}

const inlineParents = new Set(
  'paragraph heading emphasis strong delete link linkReference tableCell'.split(' '),
);

function check(answer: string): readonly OutboundPart[] {
  const parts = encodeAnswer({ text: answer });
  for (const part of parts) {
    // Accepted, and a person reads exactly what the row says.
    expect(shown(part)).toBe(parseTelegramText({ text: part.text }).text);
    shown(part, { marked: true });
    const plain = encodeCall(requestOf(part, { marked: true }), unstyled).params['text'];
    expect(parseTelegramText({ text: String(plain) }).text.length).toBeLessThanOrEqual(4096);
  }
  return parts;
}

describe('an answer as Telegram messages', () => {
  it.each(inputs.items.map(({ md, src }, index) => ({ md, src, index })))(
    'is never refused: input $index of $src',
    ({ md }) => {
      const parts = check(md);
      shown(encodePreview(md));
      for (let length = 1; length < md.length; length += Math.ceil(md.length / 7))
        shown(encodePreview(md.slice(0, length)));
      expect(
        missing(
          parts.flatMap((part) => words(part.text)),
          written(md),
        ),
      ).toEqual([]);
    },
  );

  it('is never refused, whatever the text', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) =>
        check(text).every((part) => part.text !== ''),
      ),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(markdown(), (text) => check(text).every((part) => part.text !== '')),
      { numRuns: 200 },
    );
  });

  it('keeps every word in order, however it is cut', () => {
    const text = fc.array(
      fc.tuple(word(), fc.constantFrom(' ', '\n', '. ', '\n\n', '\n- ', '! ')),
      { minLength: 1, maxLength: 3000 },
    );
    fc.assert(
      fc.property(text, (pairs) => {
        const source = pairs.map(([left, gap]) => `${left}${gap}`).join('');
        const parts = check(source);
        expect(
          missing(
            parts.flatMap((part) => words(part.text)),
            words(source),
          ),
        ).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('reopens a fence that is cut, at a line', () => {
    const lines = Array.from({ length: 400 }, (_, index) => `line ${index} of the program`);
    const parts = check(`Intro\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n\nEnd`);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      const { params } = encodeCall(requestOf(part), styled);
      const { entities } = parseTelegramText({ text: String(params['text']), parseMode: 'HTML' });
      expect(entities.filter(({ type }) => type === 'pre')).toMatchObject([{ language: 'ts' }]);
    }
    expect(
      parts.flatMap(({ text }) => text.split('\n')).filter((line) => line.startsWith('line')),
    ).toEqual(lines);
  });

  it('prefers paragraphs, then lines, then sentences, then words, then whole characters', () => {
    const cut = (text: string): (string | undefined)[] => {
      const [first = '', second = ''] = check(text).map((part) => part.text);
      return [first.slice(-6), second.slice(0, 6)];
    };
    const fill = 'x'.repeat(30);
    const filled = (count: number, gap: string): string =>
      Array.from({ length: count }, () => fill).join(gap);
    expect(cut(`${filled(100, ' ')}END.\n\nNEXT ${filled(100, ' ')}`)).toEqual([
      'xxEND.',
      'NEXT x',
    ]);
    expect(cut(`${filled(100, ' ')}END\nNEXT ${filled(100, ' ')}`)).toEqual(['xxxEND', 'NEXT x']);
    expect(cut(`${filled(100, ' ')} END. NEXT ${filled(100, ' ')}`)).toEqual([
      ' END. '.trim().padStart(6, 'x ').slice(-6),
      'NEXT x',
    ]);
    expect(cut(filled(300, ' '))).toEqual(['xxxxxx', 'xxxxxx']);
    const family = '👨‍👩‍👧‍👦';
    const [first = '', second = ''] = check(family.repeat(600)).map((part) => part.text);
    expect(first.endsWith(family) && second.startsWith(family)).toBe(true);
  });

  it('is nothing where there is nothing to see', () => {
    for (const text of ['', ' \n ', '\u200B', '&nbsp;', '[](https://a.example)'.slice(0, 0)])
      expect(encodeAnswer({ text })).toEqual([]);
  });

  it('quotes with its first message and offers buttons with its last', () => {
    const answer: Answer = {
      text: `${'word '.repeat(1200)}\n\nlast`,
      replyTo: '41',
      buttons: [
        [
          { label: 'Yes', token: 'approve x' },
          { label: 'long', token: 'x'.repeat(65) },
        ],
        [{ label: ' ', token: 'y' }],
      ],
    };
    const calls = encodeAnswer(answer).map((part) => encodeCall(requestOf(part), styled).params);
    expect(calls.map((params) => params['reply_parameters'])).toEqual([
      { message_id: 41, allow_sending_without_reply: true },
      undefined,
    ]);
    expect(calls.map((params) => params['reply_markup'])).toEqual([
      undefined,
      { inline_keyboard: [[{ text: 'Yes', callback_data: 'approve x' }]] },
    ]);
    expect(encodeAnswer({ text: '', buttons: [[{ label: 'Go', token: 'go' }]] })).toMatchObject([
      { text: '…' },
    ]);
  });

  it('keeps addresses and fences where its formatting is refused', () => {
    const [part = encodePlaceholder()] = encodeAnswer({
      text: '[a](https://a.example/x)\n\n```\ncode\n```',
    });
    expect(part.text).toBe('a\n\ncode');
    expect(encodeCall(requestOf(part), unstyled).params['text']).toBe(
      'a (https://a.example/x)\n\n```\ncode\n```',
    );
  });

  it('survives every replyTo', () => {
    for (const replyTo of ['', 'x', '-1', '1.5', '9'.repeat(30)])
      expect(
        encodeCall(
          requestOf(encodeAnswer({ text: 'a', replyTo })[0] ?? encodePlaceholder()),
          styled,
        ).params,
      ).not.toHaveProperty('reply_parameters');
  });
});

describe('a preview', () => {
  it('is one message, the beginning of what will stand there', () => {
    const text = `# Title\n\n${'A sentence of the answer. '.repeat(400)}`;
    expect(encodePreview(text).text).toBe(encodeAnswer({ text })[0]?.text);
    expect(encodePreview('')).toEqual(encodePlaceholder());
    expect(shown(encodePreview('unfinished **bold and `co'))).toBe('unfinished **bold and `co');
  });
});

describe('a call', () => {
  const part = encodeAnswer({ text: '**a** & b' })[0] ?? encodePlaceholder();
  const receipt = { messageId: '5' };
  it('is the method of its kind', () => {
    const topic = { chatId: -100, threadId: 9 };
    expect(encodeCall(requestOf(part, { target: topic, marked: true }), styled)).toEqual({
      method: 'sendMessage',
      params: {
        chat_id: -100,
        message_thread_id: 9,
        text: '(sent again after an interruption; you may see this twice)\n<b>a</b> &amp; b',
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
      },
    });
    expect(encodeCall(requestOf(part, { kind: 'edit', receipt }), unstyled)).toEqual({
      method: 'editMessageText',
      params: {
        chat_id: 7,
        message_id: 5,
        text: 'a & b',
        link_preview_options: { is_disabled: true },
      },
    });
    expect(encodeCall(requestOf(part, { kind: 'delete', receipt }), styled)).toEqual({
      method: 'deleteMessage',
      params: { chat_id: 7, message_id: 5 },
    });
  });

  it('is refused where the row is not ours', () => {
    expect(() => encodeCall(requestOf(part, { target: null }), styled)).toThrow('no address');
    expect(() =>
      encodeCall(requestOf({ v: 1, text: 'x', payload: { blocks: [] } }), styled),
    ).toThrow('not rendered');
    expect(() => encodeCall(requestOf(part, { kind: 'edit' }), styled)).toThrow('receipt');
  });
});

function word(): fc.Arbitrary<string> {
  return fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzäßж漢字'.split('')),
    minLength: 1,
    maxLength: 12,
  });
}

/** Pieces of Markdown, right and broken, in any order. */
function markdown(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    word(),
    fc.constantFrom(
      '**',
      '*',
      '_',
      '__',
      '~~',
      '`',
      '```',
      '```ts\n',
      '\n',
      '\n\n',
      '> ',
      '- ',
      '1. ',
      '# ',
      '|',
      '| a | b |\n|---|---|\n',
      '[',
      '](',
      ')',
      'https://a.example/?a=1&b="2"',
      '<b>',
      '</b>',
      '<',
      '&',
      '&amp;',
      '&#0;',
      '\\',
      '![',
      '[^1]',
      '[^1]: ',
      '    ',
      '\t',
      '- [x] ',
      '---',
      '<!-- x -->',
      '👍🏽',
      '\u202E',
      '\u0000',
      '\uD800',
      '\r',
      '@all',
      '/cmd',
    ),
  );
  return fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
}
