import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import type { Trouble } from './fixture.ts';
import { secret } from './secret.ts';
import { onePart, openSession, requestFor, sendText, soon } from './session.ts';

export function describeFailure({ describe, it, ...contract }: Contract): void {
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
    for (const [trouble, code, more, seen] of cases)
      it(`by ${trouble} is ${code}, and was tried once`, async () => {
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

    it('may be repeated under its key where the channel says so', async () => {
      await using session = await openSession(contract);
      const isKeyed = session.channel.ambiguity === 'idempotency-key';
      const request = requestFor(session, onePart(session.channel, 'only once'));
      session.platform.fail('send', 'cut-after');
      await expect(session.channel.send(request, soon())).rejects.toMatchObject({
        code: 'channel.unavailable',
      });
      if (isKeyed) await session.channel.send(request, soon());
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'only once' }]);
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
      expect(said).not.toMatch(secret);
    });

    for (const trouble of ['rate-limited', 'server-error', 'blocked', 'invalid', 'auth'] as const)
      it(`by ${trouble} says what happened and nothing of the secret`, async () => {
        await using session = await openSession(contract);
        session.platform.fail('send', trouble);
        const failure: unknown = await sendText(session, 'hello').catch((error: unknown) => error);
        const said = failure instanceof Error ? failure.message : '';
        expect(said.length).toBeGreaterThan(10);
        expect(JSON.stringify([failure, said])).not.toMatch(secret);
      });

    it('does not harm the next one', async () => {
      await using session = await openSession(contract);
      for (const trouble of ['server-error', 'cut-before', 'invalid', 'rate-limited'] as const) {
        session.platform.fail('send', trouble);
        await sendText(session, 'lost').catch(() => undefined);
      }
      await sendText(session, 'kept');
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'kept' }]);
    });

    it('after the token was revoked is `channel.auth`, and shows nothing', async () => {
      await using session = await openSession(contract);
      await session.channel.connect(soon());
      session.platform.revoke();
      await expect(sendText(session, 'hello')).rejects.toMatchObject({ code: 'channel.auth' });
      expect(session.platform.visible('dm')).toEqual([]);
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

  describe('an interrupted send', () => {
    it('is resolved as the channel declares', async () => {
      await using session = await openSession(contract);
      const { ambiguity } = session.channel;
      session.platform.fail('send', 'cut-after');
      const idempotencyKey = 'row 1';
      const failure: unknown = await sendText(session, 'the answer', { idempotencyKey }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 'channel.unavailable' });
      // What the dispatcher does next: the same key again, the same with a mark, or nothing.
      if (ambiguity !== 'at-most-once')
        await sendText(session, 'the answer', {
          idempotencyKey,
          marked: ambiguity === 'resend-marked',
        });
      const seen = session.platform.visible('dm').map(({ text }) => text);
      expect(seen[0]).toBe('the answer');
      expect(seen).toHaveLength(ambiguity === 'resend-marked' ? 2 : 1);
      expect(
        seen.slice(1).every((text) => text !== 'the answer' && text.includes('the answer')),
      ).toBe(true);
    });
  });
}
