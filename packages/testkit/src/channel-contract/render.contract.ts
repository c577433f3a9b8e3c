import { describe, expect, it } from 'vitest';
import { type Contract, openSession, requestFor, soon } from './session.ts';

/** Markdown that has broken renderers: each line is one answer. */
const difficult: readonly string[] = [
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

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

export function describeRender(contract: Contract): void {
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
  });

  if (contract.traits.edits) describeLive(contract);
  describeManners(contract);
}

function describeLive(contract: Contract): void {
  describe('a live message', () => {
    it('is one message from the placeholder to the last word', async () => {
      await using session = await openSession(contract);
      const { channel, platform } = session;
      const { live } = channel;
      if (live === undefined) throw new Error('A platform with edits shows unfinished text');
      const placeholder = live.placeholder();
      const answer = 'The **whole** answer, word for word.';
      expect(words(placeholder.text)).toEqual([]);
      const receipt = await channel.send(
        requestFor(session, placeholder, { kind: 'open' }),
        soon(),
      );
      for (let length = 1; length < answer.length; length += 5)
        await channel.send(
          requestFor(session, live.preview(answer.slice(0, length)), { kind: 'edit', receipt }),
          soon(),
        );
      const [final] = channel.render({ text: answer });
      if (final === undefined) throw new Error('Nothing was rendered');
      await channel.send(requestFor(session, final, { kind: 'edit', receipt }), soon());
      expect(platform.visible('dm')).toMatchObject([
        { messageId: receipt.messageId, text: 'The whole answer, word for word.' },
      ]);
    });

    it('shows any unfinished Markdown within one message', async () => {
      await using session = await openSession(contract);
      const { channel } = session;
      const text = difficult.join('\n\n').repeat(8);
      const receipt = await channel.send(
        requestFor(session, channel.live?.placeholder() ?? never(), { kind: 'open' }),
        soon(),
      );
      for (let length = 1; length < text.length; length += Math.ceil(text.length / 40)) {
        const part = channel.live?.preview(text.slice(0, length)) ?? never();
        await channel.send(requestFor(session, part, { kind: 'edit', receipt }), soon());
      }
      expect(session.platform.visible('dm')).toHaveLength(1);
    });
  });
}

function describeManners(contract: Contract): void {
  describe('beside messages', () => {
    it('shows that an answer is being written', async () => {
      await using session = await openSession(contract);
      const { typing } = session.channel;
      if (typing === undefined) return;
      expect(typing.everyMs).toBeGreaterThan(0);
      await typing.show(session.platform.target('dm'), soon());
      expect(session.platform.typing('dm')).toBe(1);
      expect(session.platform.visible('dm')).toEqual([]);
    });

    it('publishes the commands', async () => {
      await using session = await openSession(contract);
      const { menu } = session.channel;
      if (menu === undefined) return;
      const commands = [
        { name: 'start', description: 'Begin' },
        { name: 'Status', description: 'x'.repeat(1000) },
        { name: 'not a name', description: 'never shown' },
      ];
      await menu.publish(commands, soon());
      expect(session.platform.commands()).toEqual(['start', 'status']);
    });
  });
}

function never(): never {
  throw new Error('A platform with edits shows unfinished text');
}
