import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { openSession, requestFor, soon } from './session.ts';

/** Markdown that has broken renderers: each line is one answer. */
export const difficult: readonly string[] = [
  '**bold** *it* ~~gone~~ `code` [link](https://a.example/x?a=1&b=2)',
  '1 < 2 && 3 > 2 & "quotes" \'single\'',
  '<b>not html</b> <script>alert(1)</script> &lt; &#0; &nope;',
  '*unclosed **bold and `code and [link](http://',
  '_under_score snake_case_name __init__ 2*3*4',
  '# Title\n\n## Second\n\n- a\n  - b\n    - c\n\n1. x\n2. y',
  '> quote\n>\n> > nested\n\nafter',
  '```ts\nconst a = `x` < 3 && "<b>";\n```',
  '```\nunclosed fence',
  '| a | b |\n|---|---|\n| 1 | `2` |',
  '- [ ] open\n- [x] done',
  '[a](javascript:alert(1)) [b](/relative) [c](http://localhost:1)',
  '![alt](https://a.example/i.png)',
  '\\*escaped\\* \\_x\\_ \\. ! # + - = | { }',
  '👩‍👩‍👧‍👦 \u202Eright to left\u202C zero\u200Bwidth',
  'lone \uD800 surrogate and \u0000 nul',
  '@everyone #channel /command',
  'a\n\n\n\n\nb',
  '***\n\ntext\n\n---',
  '~~~~\ntildes\n~~~~',
];

export function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

export function describeRender(contract: Contract): void {
  const { describe, it } = contract;
  describe('render', () => {
    it('is pure, and its parts survive JSON', async () => {
      await using session = await openSession(contract);
      for (const text of difficult) {
        const parts = session.channel.render({ text, replyTo: '5' });
        expect(session.channel.render({ text, replyTo: '5' })).toEqual(parts);
        expect(JSON.parse(JSON.stringify(parts))).toEqual(parts);
      }
      expect(session.platform.visibleCalls()).toBe(0);
    });

    it('says nothing where there is nothing to say', async () => {
      await using session = await openSession(contract);
      for (const text of ['', '  \n\n ']) expect(session.channel.render({ text })).toEqual([]);
    });

    it('makes what the platform takes, whatever the Markdown', async () => {
      await using session = await openSession(contract);
      const sent: string[] = [];
      for (const text of difficult)
        for (const part of session.channel.render({ text })) {
          await session.channel.send(requestFor(session, part), soon());
          sent.push(part.text);
        }
      const seen = session.platform.visible('dm').map(({ text }) => words(text));
      expect(seen).toEqual(sent.map(words));
      // The first try was taken each time: no fallback was needed.
      expect(session.platform.visibleCalls()).toBe(sent.length);
    });

    it('cuts a long answer into parts within the limit and keeps every word in order', async () => {
      await using session = await openSession(contract);
      const { maxTextLength } = session.channel.limits;
      const paragraphs = Array.from(
        { length: 60 },
        (_, index) => `Paragraph ${index}. ${'some words here '.repeat(12)}`,
      );
      const code = Array.from({ length: 300 }, (_, index) => `  line(${index});`).join('\n');
      const text = `${paragraphs.join('\n\n')}\n\n\`\`\`js\n${code}\n\`\`\`\n\n${'x'.repeat(maxTextLength * 2)}\n\nThe end.`;
      const parts = session.channel.render({ text });
      expect(parts.length).toBeGreaterThan(2);
      for (const part of parts) await session.channel.send(requestFor(session, part), soon());
      const seen = session.platform.visible('dm');
      expect(seen).toHaveLength(parts.length);
      for (const message of seen) expect(message.text.length).toBeLessThanOrEqual(maxTextLength);
      const kept = seen.flatMap((message) => words(message.text)).join('');
      expect(kept).toBe(words(text.replace('```js', '')).join(''));
    });

    it('leaves room for the mark of a repetition', async () => {
      await using session = await openSession(contract);
      const [part] = session.channel.render({
        text: 'y '.repeat(session.channel.limits.maxTextLength),
      });
      if (part === undefined) throw new Error('Nothing was rendered');
      await session.channel.send(requestFor(session, part, { marked: true }), soon());
      expect(session.platform.visible('dm')).toHaveLength(1);
    });

    it('never cuts a character in two', async () => {
      await using session = await openSession(contract);
      const family = '👨‍👩‍👧‍👦';
      const parts = session.channel.render({
        text: family.repeat(session.channel.limits.maxTextLength / 4),
      });
      for (const { text } of parts) expect(text.replaceAll(family, '')).toBe('');
    });

    it('keeps code whole where it is cut', async () => {
      await using session = await openSession(contract);
      const lines = Array.from(
        { length: 900 },
        (_, index) => `  step(${index}); // _not_ *styled*`,
      );
      const parts = session.channel.render({
        text: `Intro\n\n\`\`\`js\n${lines.join('\n')}\n\`\`\``,
      });
      for (const part of parts) await session.channel.send(requestFor(session, part), soon());
      const seen = session.platform.visible('dm').flatMap(({ text }) => text.split('\n'));
      expect(seen.map((line) => line.trim()).filter((line) => line.startsWith('step'))).toEqual(
        lines.map((line) => line.trim()),
      );
    });

    it('keeps each row of a long table', async () => {
      await using session = await openSession(contract);
      const rows = Array.from({ length: 400 }, (_, index) => `| key${index} | value${index} |`);
      const text = `| name | value |\n|---|---|\n${rows.join('\n')}`;
      for (const part of session.channel.render({ text }))
        await session.channel.send(requestFor(session, part), soon());
      const seen = session.platform.visible('dm').flatMap((message) => words(message.text));
      expect(seen.filter((word) => /^(?:key|value)\d/.test(word))).toEqual(
        rows.flatMap((row) => words(row)),
      );
    });

    it('shows the address of a link that the platform cannot hide', async () => {
      await using session = await openSession(contract);
      const [part] = session.channel.render({ text: '[mail](mailto:ann@b.example)' });
      expect(part?.text).toContain('ann@b.example');
    });

    it('is done soon with what no person writes', async () => {
      await using session = await openSession(contract);
      const begun = performance.now();
      for (const text of [
        '*'.repeat(30_000),
        '> '.repeat(20_000),
        '['.repeat(30_000),
        '`'.repeat(30_000),
      ])
        expect(session.channel.render({ text: `a ${text}` }).length).toBeGreaterThan(0);
      expect(performance.now() - begun).toBeLessThan(10_000);
    });
  });
}
