import { describe, expect, it } from 'vitest';
import type { Trouble } from './fixture.ts';
import { type Contract, onePart, openSession, requestFor, sendText, soon } from './session.ts';

export function describeSend(contract: Contract): void {
  const { traits } = contract;
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

    if (traits.threads) describeThreadSend(contract);

    if (traits.quotes) describeQuotes(contract);

    it('sends a text without its formatting when that is refused, as one message', async () => {
      await using session = await openSession(contract);
      session.platform.fail('send', 'formatting');
      const receipt = await sendText(session, 'some **bold** words');
      expect(session.platform.visible('dm')).toMatchObject([
        { messageId: receipt.messageId, text: 'some bold words' },
      ]);
    });
  });

  describe('a send that fails', () => {
    const cases: readonly (readonly [Trouble, string, object, number])[] = [
      ['rate-limited', 'channel.rate-limited', { retryAfterMs: 7000 }, 0],
      ['server-error', 'channel.unavailable', {}, 0],
      ['cut-before', 'channel.unavailable', {}, 0],
      ['cut-after', 'channel.unavailable', {}, 1],
      ['blocked', 'channel.blocked', {}, 0],
      ['invalid', 'channel.invalid', {}, 0],
      ['auth', 'channel.auth', {}, 0],
    ];
    it.each(cases)('by %s is %s, and was tried once', async (trouble, code, more, seen) => {
      await using session = await openSession(contract);
      session.platform.fail('send', trouble);
      const failure: unknown = await sendText(session, 'hello').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, ...more });
      expect(session.platform.visibleCalls()).toBe(1);
      expect(session.platform.visible('dm')).toHaveLength(seen);
      expect(session.clock.sleeps).toEqual([]);
    });

    it('in the middle does not claim that nothing was sent', async () => {
      await using session = await openSession(contract);
      for (const trouble of ['cut-after', 'cut-before'] as const) {
        session.platform.fail('send', trouble);
        const failure: unknown = await sendText(session, 'hello').catch((error: unknown) => error);
        expect(failure).not.toMatchObject({ details: { reached: false } });
      }
    });

    it("by an answer of the platform's own failure was not made, and may be made again", async () => {
      await using session = await openSession(contract);
      session.platform.fail('send', 'server-error');
      await expect(sendText(session, 'hello')).rejects.toMatchObject({
        code: 'channel.unavailable',
        details: { reached: false },
      });
    });

    it('before it left says so', async () => {
      await using session = await openSession(contract);
      await using channel = session.fixture.openUnreachable();
      const request = requestFor(session, onePart(channel, 'hello'));
      await expect(channel.send(request, soon())).rejects.toMatchObject({
        code: 'channel.unavailable',
        details: { reached: false },
      });
    });

    it('says nothing of the secret', async () => {
      await using session = await openSession(contract);
      await using channel = session.fixture.openUnreachable();
      const request = requestFor(session, onePart(channel, 'hello'));
      const failure: unknown = await channel.send(request, soon()).catch((error: unknown) => error);
      const said = JSON.stringify([
        failure,
        String(failure),
        failure instanceof Error ? [failure.message, String(failure.cause)] : '',
      ]);
      expect(said).not.toMatch(/\d{6,}:[\w-]{20,}/);
    });

    it('may be tried again by whoever owns the retries', async () => {
      await using session = await openSession(contract);
      session.platform.fail('send', 'rate-limited');
      await expect(sendText(session, 'hello')).rejects.toMatchObject({
        code: 'channel.rate-limited',
      });
      await sendText(session, 'hello');
      expect(session.platform.visible('dm')).toHaveLength(1);
    });
  });

  describe('an abort', () => {
    it('before a send keeps it from being made', async () => {
      await using session = await openSession(contract);
      const reason = new Error('too late');
      const request = requestFor(session, onePart(session.channel, 'late'));
      await expect(session.channel.send(request, AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(session.platform.visibleCalls()).toBe(0);
    });

    it('during a send ends it soon, with its reason', async () => {
      await using session = await openSession(contract);
      session.platform.fail('send', 'hang');
      const stop = new AbortController();
      const reason = new Error('deadline');
      const sending = session.channel
        .send(requestFor(session, onePart(session.channel, 'slow')), stop.signal)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      await session.platform.waitFor(() => session.platform.visibleCalls() === 1, soon());
      stop.abort(reason);
      expect(await sending).toBe(reason);
    });
  });

  if (contract.traits.edits) describeChanges(contract);
}

function describeThreadSend(contract: Contract): void {
  it('answers in the thread', async () => {
    await using session = await openSession(contract);
    await sendText(session, 'in the topic', { place: 'thread' });
    expect(session.platform.visible('thread')).toMatchObject([{ text: 'in the topic' }]);
    expect(session.platform.visible('dm')).toEqual([]);
  });
}

function describeQuotes(contract: Contract): void {
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

function describeChanges(contract: Contract): void {
  describe('a message of ours', () => {
    it('is edited in place', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'one');
      const again = await sendText(session, '**two**', { kind: 'edit', receipt });
      expect(again.messageId).toBe(receipt.messageId);
      expect(session.platform.visible('dm')).toMatchObject([
        { messageId: receipt.messageId, text: 'two' },
      ]);
    });

    it('counts as edited when it says that already', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'same');
      const again = await sendText(session, 'same', { kind: 'edit', receipt });
      expect(again.messageId).toBe(receipt.messageId);
    });

    it('that is gone cannot be edited', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'one');
      session.platform.deleteMessage('dm', receipt.messageId);
      await expect(sendText(session, 'two', { kind: 'edit', receipt })).rejects.toMatchObject({
        code: 'channel.invalid',
      });
      expect(session.platform.visible('dm')).toEqual([]);
    });

    it('is deleted, and stays deleted', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'one');
      await sendText(session, '-', { kind: 'delete', receipt });
      expect(session.platform.visible('dm')).toEqual([]);
      expect((await sendText(session, '-', { kind: 'delete', receipt })).messageId).toBe(
        receipt.messageId,
      );
    });
  });
}
