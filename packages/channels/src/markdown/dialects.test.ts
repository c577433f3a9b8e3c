import { describe, expect, it } from 'vitest';
import { type Dialect, renderMarkdown } from './dialect.ts';
import { discordDialect } from './discord-dialect.ts';
import { slackDialect } from './slack-dialect.ts';
import { whatsappDialect } from './whatsapp-dialect.ts';

const bodyIn =
  (dialect: Dialect) =>
  (markdown: string): string =>
    renderMarkdown(markdown, dialect)
      .map(({ body }) => body)
      .join('\n=====\n');

describe('Markdown for Discord', () => {
  it.each([
    ['**bold** _it_ ~~gone~~ `code` ||hidden||', '**bold** _it_ ~~gone~~ `code` ||hidden||'],
    ['# One\n\n## Two\n\n#### Four', '# One\n\n## Two\n\n**Four**'],
    ['un*believ*able **a**_b_', 'un*believ*able **a**_b_'],
    ['**a**~~b~~*c*', '**a**~~b~~\u200B_c_'],
    ['***both*** **a *b* c**', '_**both**_ **a _b_ c**'],
    ['**a `b` c** **a `b*c` d**', '**a `b` c** **a** `b*c` **d**'],
    ['`` a`b `` ``` x``y ```', '``a`b`` ``x`\u200B`y``'],
    ['\\*a\\* snake_case \\_b\\_ a\\|\\|b', '\\*a\\* snake_case \\_b\\_ a\\|\\|b'],
    ['\\- a\n\\# b\n\\> c\n1\\. d', '\\- a\n\\# b\n\\> c\n1\\. d'],
    ['<@1> <#2> <:x:3> 1 < 2', '\\<@1> \\<#2> \\<:x:3> 1 < 2'],
    ['- a\n  - b\n\n3. c', '- a\n   - b\n\n3. c'],
    ['[a](https://a.example/x_y)', '[a](https://a.example/x_y)'],
    ['_[a](https://a.example/x_y) b_', '[a](https://a.example/x_y) _b_'],
    ['[a](https://a.example/(x))', '[a](https://a.example/%28x%29)'],
    ['[[1]](https://a.example/)', '[\\[1\\]](https://a.example/)'],
    ['[a\\]](https://a.example/)', 'a\\] (<https://a.example/>)'],
    ['https://a.example/x_y_z', '<https://a.example/x_y_z>'],
    ['http://localhost:3/a_b_ c', 'http://localhost:3/a_b_ c'],
    ['> a\n>\n> b\n\nc', '> a\n> \n> b\n\nc'],
    ['> a\n>\n> ```\n> x\n> ```\n>\n> b', '> a\n\n```\nx\n```\n\n> b'],
    ['```ts\na ``` b\n```', '```ts\na `\u200B`` b\n```'],
  ])('writes %j', (markdown, expected) => {
    expect(bodyIn(discordDialect)(markdown)).toBe(expected);
  });
});

describe('Markdown for Slack', () => {
  it.each([
    ['**bold** _it_ ~~gone~~ `code`', '*bold* _it_ ~gone~ `code`'],
    ['# Title **x**', '*Title x*'],
    ['a **b**c 这是**粗体**文字', 'a *b*\u200Bc 这是\u200B*粗体*\u200B文字'],
    ['1 < 2 & <@U1> <!here>', '1 &lt; 2 &amp; &lt;@U1&gt; &lt;!here&gt;'],
    ['[a | b](https://a.example/?a=1&b=|)', '<https://a.example/?a=1&amp;b=%7C|a | b>'],
    [
      '**[a](https://a.example)** <https://a.example>',
      '*<https://a.example/|a>* <https://a.example>',
    ],
    ['2 * 3 * 4, snake_case_name, 5\\*', '2 * 3 * 4, snake_case_name, 5\u200A*'],
    ['\\*not bold\\*', '*\u200Anot bold\u200A*'],
    ['`a < b` `` c`d ``', '`a &lt; b` cˋd'],
    ['\\> no quote', '\u200B&gt; no quote'],
    ['> a\n> b', '> a\n> b'],
    ['```ts\n1 < 2\n```', '```\n1 &lt; 2\n```'],
    ['- a\n- [x] b', '• a\n☑ b'],
  ])('writes %j', (markdown, expected) => {
    expect(bodyIn(slackDialect)(markdown)).toBe(expected);
  });
});

describe('Markdown for WhatsApp', () => {
  it.each([
    ['**bold** _it_ ~~gone~~ `code`', '*bold* _it_ ~gone~ `code`'],
    ['[a](https://a.example/x) <https://b.example>', 'a (https://a.example/x) https://b.example'],
    ['**[a](https://a.example/x_y) b**', '*a* (https://a.example/x_y) *b*'],
    ['\\- a\n\\> b', '\u200B- a\n\u200B> b'],
    ['> a\n> b', '> a\n> b'],
    ['```ts\n1 < 2\n```', '```\n1 < 2\n```'],
  ])('writes %j', (markdown, expected) => {
    expect(bodyIn(whatsappDialect)(markdown)).toBe(expected);
  });
});

describe('a long answer', () => {
  it('repeats the header of a table that is cut', () => {
    const rows = Array.from({ length: 400 }, (_, index) => `| ${index} | value of ${index} |`);
    const parts = renderMarkdown(`| key | value |\n|---|---|\n${rows.join('\n')}`, discordDialect);
    expect(parts.length).toBeGreaterThan(2);
    for (const { body } of parts) {
      expect(body.length).toBeLessThanOrEqual(2000);
      expect(body).toMatch(/^```\nkey │ value *\n─/);
      expect(body.endsWith('\n```')).toBe(true);
    }
  });

  it('does not cut a link', () => {
    const link = '[some words of a link](https://a.example/path)';
    const text = Array.from({ length: 200 }, () => link).join('');
    for (const { body } of renderMarkdown(text, discordDialect))
      expect(body.replaceAll(link, '')).toBe('');
  });
});
