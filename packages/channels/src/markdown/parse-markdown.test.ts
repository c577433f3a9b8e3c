import { withCpuMs } from '@cuttle/tooling/cpu-time';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './parse-markdown.ts';
import { toPlainText } from './plain-text.ts';
import { toTelegramHtml } from './telegram-html.ts';

const html = (markdown: string): string => toTelegramHtml(parseMarkdown(markdown));

describe('Markdown as Telegram HTML', () => {
  it.each([
    ['**bold** _it_ ~~gone~~ `code`', '<b>bold</b> <i>it</i> <s>gone</s> <code>code</code>'],
    ['# Title\n\nText', '<b>Title</b>\n\nText'],
    ['a\nb  \nc', 'a\nb\nc'],
    ['1 < 2 & "3" > 2', '1 &lt; 2 &amp; &quot;3&quot; &gt; 2'],
    ['***both***', '<i><b>both</b></i>'],
    ['**a `b` c**', '<b>a </b><code>b</code><b> c</b>'],
    ['[docs](https://a.example/x?a=1&b=2)', '<a href="https://a.example/x?a=1&amp;b=2">docs</a>'],
    ['[`f()`](https://a.example)', '<a href="https://a.example/">f()</a>'],
    ['<https://a.example>', '<a href="https://a.example/">https://a.example</a>'],
    ['[local](http://localhost:3000/x)', 'local (http://localhost:3000/x)'],
    ['[mail](mailto:a@b.example)', 'mail (a@b.example)'],
    ['[bad](javascript:alert(1))', 'bad (javascript:alert(1))'],
    ['![alt](https://a.example/i.png)', '<a href="https://a.example/i.png">alt</a>'],
    ['[x][r]\n\n[r]: https://a.example/', '<a href="https://a.example/">x</a>'],
    ['text\n\n[unused]: https://a.example/', 'text\n\n[unused]: https://a.example/'],
    ['> a\n>\n> > b', '<blockquote>a\n\nb</blockquote>'],
    [
      '```ts\nconst a = "<b>";\n```',
      '<pre><code class="language-ts">const a = &quot;&lt;b&gt;&quot;;</code></pre>',
    ],
    ['```\nx\n', '<pre>x</pre>'],
    ['- a\n- b\n  - c\n    more', '• a\n• b\n   • c\n      more'],
    ['3. a\n4. b', '3. a\n4. b'],
    ['- [x] done\n- [ ] open', '☑ done\n☐ open'],
    ['- a\n\n  ```\n  code\n  ```', '• a\n\n<pre>code</pre>'],
    ['a[^1]\n\n[^1]: note', 'a[1]\n\n[1] note'],
    ['a\n\n---\n\nb', 'a\n\n———\n\nb'],
    ['a<br>b <u>c</u>', 'a\nb &lt;u&gt;c&lt;/u&gt;'],
    [
      '| a | b |\n|---|--:|\n| 1 | [x](https://y.example) |',
      '<pre>a │ b\n──┼──────────────────────\n1 │ x (https://y.example)</pre>',
    ],
  ])('renders %j', (markdown, expected) => {
    expect(html(markdown)).toBe(expected);
  });

  it('takes hostile nesting and openers as plain words, quickly', () => {
    const texts = [
      '> '.repeat(20_000),
      '- > '.repeat(5000),
      '*a_'.repeat(20_000),
      '[^a]'.repeat(20_000),
      '['.repeat(50_000),
      'x'.repeat(500_000),
    ];
    const { value, cpuMs } = withCpuMs(() => texts.map((text) => toPlainText(parseMarkdown(text))));
    expect(value.map((plain) => plain.length > 0)).toEqual(texts.map(() => true));
    expect(cpuMs).toBeLessThan(5000);
  });
});

describe('Markdown as plain text', () => {
  it('keeps addresses and fences', () => {
    expect(
      toPlainText(parseMarkdown('**See** [docs](https://a.example/x):\n\n```sh\nls\n```')),
    ).toBe('See docs (https://a.example/x):\n\n```sh\nls\n```');
    expect(toPlainText(parseMarkdown('<https://a.example>'))).toBe('https://a.example');
  });
});
