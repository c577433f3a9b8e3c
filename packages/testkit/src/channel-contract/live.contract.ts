import type { LiveMessages } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { difficult, words } from './render.contract.ts';
import { openSession, requestFor, type Session, soon } from './session.ts';

export function describeLive({ describe, it, having, ...contract }: Contract): void {
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

    it('shows in a preview what will stand there, and nothing of it before', async () => {
      await using session = await openSession(contract);
      const { channel } = session;
      const live = liveOf(session);
      const paragraph = 'A sentence of the **answer**. '.repeat(5);
      const answer = `# Title${`\n\n${paragraph}`.repeat(100)}`;
      const [first] = channel.render({ text: answer });
      expect(live.preview(answer).text).toBe(first?.text);
      expect(live.preview('')).toEqual(live.placeholder());
      expect(live.preview(answer)).toEqual(live.preview(answer));
      expect(session.platform.visibleCalls()).toBe(0);
    });

    it('becomes the first of several when the answer is long', async () => {
      await using session = await openSession(contract);
      const { channel, platform } = session;
      const text = 'Words of a long answer. '.repeat(channel.limits.maxTextLength / 8);
      const parts = channel.render({ text });
      expect(parts.length).toBeGreaterThan(1);
      const receipt = await channel.send(
        requestFor(session, liveOf(session).placeholder(), { kind: 'open' }),
        soon(),
      );
      for (const [index, part] of parts.entries())
        await channel.send(
          requestFor(session, part, index === 0 ? { kind: 'edit', receipt } : {}),
          soon(),
        );
      const seen = platform.visible('dm');
      expect(seen[0]?.messageId).toBe(receipt.messageId);
      expect(seen.flatMap((message) => words(message.text))).toEqual(words(text));
    });

    it('is taken away where nothing is to be said', async () => {
      await using session = await openSession(contract);
      const placeholder = liveOf(session).placeholder();
      const { channel } = session;
      const receipt = await channel.send(
        requestFor(session, placeholder, { kind: 'open' }),
        soon(),
      );
      await channel.send(requestFor(session, placeholder, { kind: 'delete', receipt }), soon());
      expect(session.platform.visible('dm')).toEqual([]);
    });

    it('declares how often it may be edited', async () => {
      await using session = await openSession(contract);
      expect(session.channel.limits.editIntervalMs).toBeGreaterThanOrEqual(200);
      expect(session.channel.limits.editIntervalMs).toBeLessThanOrEqual(10_000);
    });

    having('quotes', describeLiveQuote);
  });
}

function describeLiveQuote({ it, ...contract }: Contract): void {
  it('quotes what it answers from its first moment', async () => {
    await using session = await openSession(contract);
    const { messageId } = session.platform.say({ text: 'a question' });
    await session.channel.send(
      requestFor(session, liveOf(session).placeholder(messageId), { kind: 'open' }),
      soon(),
    );
    expect(session.platform.visible('dm')).toMatchObject([{ replyTo: messageId }]);
  });
}

function liveOf({ channel }: Session): LiveMessages {
  if (channel.live === undefined)
    throw new Error('A platform where messages are edited shows unfinished text');
  return channel.live;
}

function never(): never {
  throw new Error('A platform with edits shows unfinished text');
}
