import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { openSession, soon } from './session.ts';
import { secret } from './secret.ts';

export function describeConnect(contract: Contract): void {
  const { describe, it } = contract;
  describe('connect and probe', () => {
    it("tell the platform's own id of the account, again and again", async () => {
      await using session = await openSession(contract);
      const first = await session.channel.connect(soon());
      expect(first.platformId).toBe(session.platform.accountId);
      expect(first.name).not.toBe('');
      expect(await session.channel.connect(soon())).toEqual(first);
      expect(await session.channel.probe(soon())).toMatchObject({
        ok: true,
        platformId: first.platformId,
      });
    });

    it('refuse a token the platform refuses', async () => {
      await using session = await openSession(contract);
      session.platform.revoke();
      await expect(session.channel.connect(soon())).rejects.toMatchObject({ code: 'channel.auth' });
      const health = await session.channel.probe(soon());
      expect(health.ok).toBe(false);
      expect(health.detail).not.toBe('');
    });

    it('say when the platform cannot be reached', async () => {
      await using session = await openSession(contract);
      await using channel = session.fixture.openUnreachable();
      await expect(channel.connect(soon())).rejects.toMatchObject({ code: 'channel.unavailable' });
      expect(await channel.probe(soon())).toMatchObject({ ok: false });
    });

    it('can be tried again after a failure', async () => {
      await using session = await openSession(contract);
      session.platform.fail('connect', 'server-error');
      await expect(session.channel.connect(soon())).rejects.toMatchObject({
        code: 'channel.unavailable',
      });
      expect((await session.channel.connect(soon())).platformId).toBe(session.platform.accountId);
    });

    it('say how long the platform asks to wait', async () => {
      await using session = await openSession(contract);
      session.platform.fail('connect', 'rate-limited');
      await expect(session.channel.connect(soon())).rejects.toMatchObject({
        code: 'channel.rate-limited',
        retryAfterMs: 7000,
      });
    });

    it('end soon by an abort where the platform does not answer', async () => {
      await using session = await openSession(contract);
      session.platform.fail('connect', 'hang');
      const reason = new Error('enough');
      const stop = new AbortController();
      const connecting = session.channel.connect(stop.signal);
      setImmediate(() => stop.abort(reason));
      await expect(connecting).rejects.toBe(reason);
    });

    it('show nothing to anybody', async () => {
      await using session = await openSession(contract);
      await session.channel.connect(soon());
      await session.channel.probe(soon());
      expect(session.platform.visibleCalls()).toBe(0);
    });

    it('say nothing of the secret', async () => {
      await using session = await openSession(contract);
      session.platform.revoke();
      const failure: unknown = await session.channel
        .connect(soon())
        .catch((error: unknown) => error);
      const health = await session.channel.probe(soon());
      const said = failure instanceof Error ? failure.message : '';
      expect(said.length).toBeGreaterThan(10);
      expect(JSON.stringify([failure, said, health])).not.toMatch(secret);
    });

    it('work for two accounts of one process side by side', async () => {
      await using session = await openSession(contract);
      await using other = await openSession(contract);
      const [mine, theirs] = await Promise.all(
        [session, other].map(({ channel }) => channel.connect(soon())),
      );
      expect(mine?.platformId).toBe(session.platform.accountId);
      expect(theirs?.platformId).toBe(other.platform.accountId);
    });

    it("reject with the signal's reason after an abort", async () => {
      await using session = await openSession(contract);
      const reason = new Error('enough');
      await expect(session.channel.connect(AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(session.channel.probe(AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });

  describe('declarations', () => {
    it('are data the dispatcher can act on', async () => {
      await using session = await openSession(contract);
      const { id, limits, ambiguity } = session.channel;
      expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(limits.maxTextLength).toBeGreaterThan(0);
      expect(limits.perSecond).toBeGreaterThan(0);
      expect(limits.perMinuteInGroup).toBeGreaterThan(0);
      expect(limits.editIntervalMs).toBeGreaterThanOrEqual(0);
      expect(['idempotency-key', 'at-most-once', 'resend-marked']).toContain(ambiguity);
    });

    it('may be let go twice, and used anew', async () => {
      await using session = await openSession(contract);
      await session.channel[Symbol.asyncDispose]();
      await session.channel[Symbol.asyncDispose]();
      await using later = session.fixture.open();
      expect((await later.connect(soon())).platformId).toBe(session.platform.accountId);
    });

    it('address a chat by its id as an inbound of that chat does', async () => {
      await using session = await openSession(contract);
      const { platform, channel } = session;
      expect(channel.address(platform.chatId('dm'))).toMatchObject({
        key: platform.chatId('dm'),
        target: platform.target('dm'),
        group: false,
      });
      expect(channel.address('')).toBeUndefined();
      expect(channel.address('no chat at all, surely\n')).toBeUndefined();
    });
  });
}
