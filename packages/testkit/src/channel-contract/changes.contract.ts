import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import type { Trouble } from './fixture.ts';
import { onePart, openSession, requestFor, sendText } from './session.ts';

export function describeChanges({ describe, it, having, ...contract }: Contract): void {
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

    it('may be edited again and again', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'start');
      for (const text of ['one', 'one two', 'one two three'])
        await sendText(session, text, { kind: 'edit', receipt });
      expect(session.platform.visible('dm')).toMatchObject([
        { messageId: receipt.messageId, text: 'one two three' },
      ]);
    });

    it('is edited after a restart by its receipt alone', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'before');
      await using later = session.fixture.open();
      const stored = JSON.parse(JSON.stringify(receipt));
      await sendText({ ...session, channel: later }, 'after', { kind: 'edit', receipt: stored });
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'after' }]);
    });

    it('leaves the others alone when it is deleted', async () => {
      await using session = await openSession(contract);
      const first = await sendText(session, 'first');
      await sendText(session, 'second');
      await sendText(session, '-', { kind: 'delete', receipt: first });
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'second' }]);
    });

    having('groups', describeGroupChanges);
  });

  describe('an edit that fails', () => {
    const cases: readonly (readonly [Trouble, string, object])[] = [
      ['rate-limited', 'channel.rate-limited', { retryAfterMs: 7000 }],
      ['server-error', 'channel.unavailable', {}],
      ['cut-before', 'channel.unavailable', {}],
      ['auth', 'channel.auth', {}],
    ];
    for (const [trouble, code, more] of cases)
      it(`by ${trouble} is ${code}, was tried once, and leaves the message`, async () => {
        await using session = await openSession(contract);
        const receipt = await sendText(session, 'as it was');
        session.platform.fail('edit', trouble);
        const failure: unknown = await sendText(session, 'new', { kind: 'edit', receipt }).catch(
          (error: unknown) => error,
        );
        expect(failure).toMatchObject({ code, ...more });
        expect(session.platform.visibleCalls()).toBe(2);
        expect(session.clock.sleeps).toEqual([]);
        expect(session.platform.visible('dm')).toMatchObject([{ text: 'as it was' }]);
      });

    it('after it took effect may be made again', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'as it was');
      session.platform.fail('edit', 'cut-after');
      const edit = { kind: 'edit', receipt } as const;
      await expect(sendText(session, 'new', edit)).rejects.toMatchObject({
        code: 'channel.unavailable',
      });
      await sendText(session, 'new', edit);
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'new' }]);
    });

    it('needs a receipt', async () => {
      await using session = await openSession(contract);
      await expect(sendText(session, 'new', { kind: 'edit' })).rejects.toThrow(/./);
      expect(session.platform.visibleCalls()).toBe(0);
    });

    it('is not made after an abort', async () => {
      await using session = await openSession(contract);
      const receipt = await sendText(session, 'as it was');
      const reason = new Error('too late');
      const request = requestFor(session, onePart(session.channel, 'new'), {
        kind: 'edit',
        receipt,
      });
      await expect(session.channel.send(request, AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'as it was' }]);
    });

    having('markup', describeRefusedEdit);
  });
}

function describeGroupChanges({ it, ...contract }: Contract): void {
  it('is edited where it stands', async () => {
    await using session = await openSession(contract);
    const place = 'group';
    const receipt = await sendText(session, 'one', { place });
    await sendText(session, 'two', { kind: 'edit', receipt, place });
    expect(session.platform.visible(place)).toMatchObject([{ text: 'two' }]);
    expect(session.platform.visible('dm')).toEqual([]);
  });
}

function describeRefusedEdit({ it, ...contract }: Contract): void {
  it('by its formatting is made without', async () => {
    await using session = await openSession(contract);
    const receipt = await sendText(session, 'as it was');
    session.platform.fail('edit', 'formatting');
    await sendText(session, 'some **bold** words', { kind: 'edit', receipt });
    expect(session.platform.visible('dm')).toMatchObject([{ text: 'some bold words' }]);
  });
}
