import { expect } from 'vitest';
import type { OutboundPart } from '@cuttle/core-types/ports';
import type { Contract } from './contract.ts';
import { onePart, openSession, requestFor, sendText, soon } from './session.ts';

export function describeSend(contract: Contract): void {
  const { describe, it, having } = contract;
  describe('send', () => {
    it('makes one visible message and gives back its id', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'hello');
      expect(session.platform.visible('dm')).toMatchObject([
        { messageId: receipt.messageId, text: 'hello' },
      ]);
      expect(session.platform.visibleCalls()).toBe(1);
    });

    it('keeps the order of its calls', async () => {
      await using session = await openSession(contract);
      for (const text of ['one', 'two', 'three']) await sendText(session, text);
      expect(session.platform.visible('dm').map(({ text }) => text)).toEqual([
        'one',
        'two',
        'three',
      ]);
    });

    it('marks a repetition visibly', async () => {
      await using session = await openSession(contract);
      await sendText(session, 'the answer', { marked: true });
      const [message] = session.platform.visible('dm');
      expect(message?.text).toContain('the answer');
      expect(message?.text).not.toBe('the answer');
    });

    it('works without a connect before', async () => {
      await using session = await openSession(contract);
      await sendText(session, 'straight away');
      expect(session.platform.visible('dm')).toHaveLength(1);
    });

    having('threads', describeThreadSend);

    having('quotes', describeQuotes);

    having('groups', describeGroupSend);

    having('markup', describeRefusedMarkup);

    it('makes each of several messages at once, once', async () => {
      await using session = await openSession(contract);
      const texts = ['one', 'two', 'three', 'four', 'five'];
      const receipts = await Promise.all(
        texts.map((text, index) => sendText(session, text, { idempotencyKey: `key ${index}` })),
      );
      const seen = session.platform.visible('dm');
      expect(seen.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
      expect(new Set(receipts.map(({ messageId }) => messageId)).size).toBe(texts.length);
    });

    it('takes a part that was stored, after a restart', async () => {
      await using session = await openSession(contract);
      // Rows are JSON and outlive the process that rendered them.
      const part: OutboundPart = JSON.parse(JSON.stringify(onePart(session.channel, '**kept**')));
      await using later = session.fixture.open();
      await later.send(requestFor(session, part), soon());
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'kept' }]);
    });

    it('refuses a row that another channel rendered, without a call', async () => {
      await using session = await openSession(contract);
      const foreign: OutboundPart = { v: 1, text: 'x', payload: { of: 'another channel' } };
      const failure: unknown = await session.channel
        .send(requestFor(session, foreign), soon())
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'channel.invalid' });
      expect(session.platform.visibleCalls()).toBe(0);
    });

    it('refuses a place that is none, without a call', async () => {
      await using session = await openSession(contract);
      const request = { ...requestFor(session, onePart(session.channel, 'x')), target: null };
      await expect(session.channel.send(request, soon())).rejects.toMatchObject({
        code: 'channel.invalid',
      });
      expect(session.platform.visibleCalls()).toBe(0);
    });
  });
}

function describeThreadSend(contract: Contract): void {
  const { it } = contract;
  it('answers in the thread', async () => {
    await using session = await openSession(contract);
    await sendText(session, 'in the topic', { place: 'thread' });
    expect(session.platform.visible('thread')).toMatchObject([{ text: 'in the topic' }]);
    expect(session.platform.visible('dm')).toEqual([]);
  });
}

function describeQuotes(contract: Contract): void {
  const { it } = contract;
  it('quotes the message it answers, and goes on where that is gone', async () => {
    await using session = await openSession(contract);
    const { messageId } = session.platform.say({ text: 'a question' });
    const [part] = session.channel.render({ text: 'an answer', replyTo: messageId });
    const [late] = session.channel.render({ text: 'a late answer', replyTo: '999999' });
    for (const each of [part, late])
      if (each !== undefined) await session.channel.send(requestFor(session, each), soon());
    expect(session.platform.visible('dm')).toMatchObject([
      { text: 'an answer', replyTo: messageId },
      { text: 'a late answer' },
    ]);
  });
}

function describeGroupSend({ it, ...contract }: Contract): void {
  it('keeps places apart', async () => {
    await using session = await openSession(contract);
    await sendText(session, 'to all', { place: 'group' });
    await sendText(session, 'to one');
    expect(session.platform.visible('group')).toMatchObject([{ text: 'to all' }]);
    expect(session.platform.visible('dm')).toMatchObject([{ text: 'to one' }]);
  });
}

function describeRefusedMarkup({ it, ...contract }: Contract): void {
  it('sends a text without its formatting when that is refused, as one message', async () => {
    await using session = await openSession(contract);
    session.platform.fail('send', 'formatting');
    const receipt = await sendText(session, 'some **bold** words');
    expect(session.platform.visible('dm')).toMatchObject([
      { messageId: receipt.messageId, text: 'some bold words' },
    ]);
  });

  it('keeps addresses in a text whose formatting is refused', async () => {
    await using session = await openSession(contract);
    session.platform.fail('send', 'formatting');
    await sendText(session, 'see [the page](https://a.example/page)');
    const [message] = session.platform.visible('dm');
    expect(message?.text).toContain('https://a.example/page');
  });
}
