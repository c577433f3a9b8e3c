import { describe, expect, it } from 'vitest';
import { convertPage } from './convert-page.ts';
import { withoutInvisible } from './visible-text.ts';

const url = 'https://example.com/dir/page';
function convert(html: string): string {
  return convertPage({ html, url }).markdown;
}

describe('convertPage', () => {
  it('gives the main text of an article as Markdown', () => {
    const words = 'Some sentence of the article, long enough to be one. '.repeat(8);
    const html = `<!doctype html><html><head><title>A &amp; B</title></head><body>
      <nav><a href="/">Home</a><a href="/news">News</a></nav>
      <article><h1>Heading</h1><p>${words}</p>
      <p>See <a href="../x?y=1">a link</a>, <b>bold</b> and <code>code()</code>.</p>
      <pre><code>let a = 1;</code></pre><ul><li>one</li><li>two</li></ul>
      <table><thead><tr><th>Name</th><th>Size</th></tr></thead><tbody><tr><td>a|b</td><td>2</td></tr></tbody></table>
      <img src="https://tracker.example/p.png?who=me" alt="A cat"><img src="x.png">
      </article><footer>Imprint</footer></body></html>`;
    const { title, markdown } = convertPage({ html, url });
    expect(title).toBe('A & B');
    expect(markdown.replace(words.trim(), '…')).toMatchInlineSnapshot(`
      "## Heading

      …

      See [a link](https://example.com/x?y=1), **bold** and \`code()\`.

      \`\`\`
      let a = 1;
      \`\`\`

      -   one
      -   two

      | Name | Size |
      | --- | --- |
      | a\\|b | 2 |

      [image: A cat]"
    `);
  });

  it('takes pages too short for an article, fragments and plain text', () => {
    expect(convert('<html><body><p>short</p></body></html>')).toBe('short');
    expect(convert('<p>a</p><p>b</p>')).toBe('a\n\nb');
    expect(convert('just text')).toBe('just text');
    expect(convert('<html><p>no body')).toBe('no body');
    expect(convert('')).toBe('');
  });

  // The first seven are test vectors of openclaw/openclaw at 8f8492d172f4 (MIT).
  it.each([
    '<p style="display:none">HIDDEN</p>',
    '<p style="color:transparent">HIDDEN</p>',
    '<div style="transform:scale(0)">HIDDEN</div>',
    '<div style="width:0;height:0;overflow:hidden">HIDDEN</div>',
    '<div style="left:-9999px">HIDDEN</div>',
    '<span class="sr-only">HIDDEN</span>',
    '<form><input type="hidden" value="HIDDEN"/></form>',
    '<p style="DISPLAY : None !important">HIDDEN</p>',
    '<p style="visibility:hidden">HIDDEN</p>',
    '<p style="opacity: 0.0">HIDDEN</p>',
    '<p style="font-size:0px">HIDDEN</p>',
    '<p style="color:rgba(0,0,0,0)">HIDDEN</p>',
    '<p style="text-indent:-9999px">HIDDEN</p>',
    '<p hidden>HIDDEN</p>',
    '<p aria-hidden="true">HIDDEN</p>',
    '<!-- HIDDEN -->',
    '<script>HIDDEN</script>',
    '<style>HIDDEN{}</style>',
    '<template><p>HIDDEN</p></template>',
    '<noscript>HIDDEN</noscript>',
    '<svg><text>HIDDEN</text></svg>',
    '<img src="HIDDEN.png">',
    '<a href="javascript:HIDDEN()">x</a>',
    '<a href="data:text/html,HIDDEN">x</a>',
  ])('leaves out what a reader does not see: %s', (hidden) => {
    const article = `<p>${'Seen text of an article. '.repeat(20)}</p>`;
    for (const html of [
      `<p>Seen</p>${hidden}`,
      `<html><body><article>${article}${hidden}${article}</article></body></html>`,
    ]) {
      expect(convert(html)).toContain('Seen');
      expect(convert(html)).not.toContain('HIDDEN');
    }
  });

  it.each([
    ['<p style="color:red;opacity:1">Seen</p>'],
    ['<p style="left:-1px">Seen</p>'],
    ['<p style="font-size:0.9em">Seen</p>'],
    ['<p class="not-hidden-at-all">Seen</p>'],
  ])('keeps what a reader sees: %s', (html) => {
    expect(convert(html)).toBe('Seen');
  });

  it('resolves links against the page’s own base', () => {
    expect(
      convert('<html><head><base href="/other/"></head><body><a href="x">y</a></body></html>'),
    ).toBe('[y](https://example.com/other/x)');
    expect(convert('<a href="#part">y</a>')).toBe('[y](https://example.com/dir/page#part)');
  });

  it.each([
    ['broken tags', '<div><p>a<b>b</div></p><table><tr><td>c'],
    ['odd attributes', '<a href="http://[">x</a><img alt><p style>y'],
    ['entities', '&lt;b&gt; &#x1F600; &#0; &nosuch;'],
    ['a lone table row', '<tr><td>a</td></tr>'],
    ['an empty table', '<table></table>x'],
    ['a frameset', '<html><frameset><frame src="x"></frameset></html>'],
    ['nested bodies', '<body><body><p>x</p></body></body>'],
    ['XML', '<?xml version="1.0"?><root><a>x</a></root>'],
    ['deep nesting', `${'<div>'.repeat(100)}x`],
  ])('survives %s', (_what, html) => {
    expect(typeof convert(html)).toBe('string');
  });
});

describe('withoutInvisible', () => {
  it.each([
    ['Hello\u200bWorld', 'HelloWorld'],
    ['Hello\u200cWorld', 'HelloWorld'],
    ['Hello\u200eWorld\u202e', 'HelloWorld'],
    ['a\u{e0041}\u{e0042}b\ufeff', 'ab'],
    ['a\u0000\u001b[31mb', 'a[31mb'],
    ['Hello, World! 123 é中文', 'Hello, World! 123 é中文'],
    ['👨‍👩‍👧 می‌خواهم', '👨‍👩‍👧 می‌خواهم'],
    ['a  \n\n\n\nb\tc', 'a\n\nb\tc'],
    ['\ud800a', '\ufffda'],
  ])('makes of %j %j', (text, expected) => {
    expect(withoutInvisible(text)).toBe(expected);
  });

  it('is linear', () => {
    const text = `${' '.repeat(500_000)}x${'\u200d'.repeat(500_000)}y`;
    expect(withoutInvisible(text)).toBe(`${' '.repeat(500_000)}xy`);
  });
});
