import type { DeliveryOutcome } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

export function describeDelivery(get: () => World): void {
  /** Rows in one lane; its id. */
  const prepare = async (...parts: readonly number[]): Promise<string> => {
    const { journal, draft } = get();
    const drafts = parts.map((part) =>
      draft({ outboundId: `out-${part}`, origin: 'cli:1', part, ttlMs: 60_000 }),
    );
    const { conversations } = await journal.prepareOutbound({ drafts });
    return conversations[0] ?? expect.fail('no conversation');
  };
  const settle = (
    { outboundId, fence }: { outboundId: string; fence: string },
    outcome: DeliveryOutcome,
  ): Promise<void> => get().journal.settleDelivery({ outboundId, fence, outcome });
  const stateOf = async (outboundId: string): Promise<unknown> =>
    (await get().reader.findOutbound(outboundId))?.state;
  const sent: DeliveryOutcome = { kind: 'sent', receipt: { messageId: 'm-1' } };

  it('prepares a message once, by origin, part and kind', async () => {
    const { journal, draft, reader } = get();
    const wish = draft({ origin: 'cli:7' });
    const first = await journal.prepareOutbound({ drafts: [wish] });
    expect(first.outboundIds).toEqual([wish.outboundId]);
    const again = await journal.prepareOutbound({ drafts: [{ ...wish, outboundId: 'other' }] });
    expect(again).toEqual({ outboundIds: [wish.outboundId], conversations: [] });
    expect((await reader.counts()).undelivered).toBe(1);
  });

  it('finds our newest message of a lane, or one by its id, and nothing that is none', async () => {
    const { journal, draft, reader, deliver, claimDelivery } = get();
    const lane = await prepare(0, 1);
    const find = async (outboundId?: string): Promise<string | undefined> =>
      (await reader.findOwnMessage({ conversationId: lane, outboundId }))?.outboundId;
    expect(await find()).toBe('out-1');
    expect(await find('out-0')).toBe('out-0');
    await deliver(lane);
    const change = { targetId: 'out-0', kind: 'edit' } as const;
    const body = { v: 1, text: '', payload: null, act: 'react' } as const;
    await journal.prepareOutbound({ drafts: [draft({ ...change, outboundId: 'edit' })] });
    await journal.prepareOutbound({ drafts: [draft({ outboundId: 'act', body })] });
    expect(await find()).toBe('out-1');
    for (const none of ['edit', 'act', 'nobody']) expect(await find(none)).toBeUndefined();
    const other = await reader.findOwnMessage({ conversationId: 'other', outboundId: 'out-0' });
    expect(other).toBeUndefined();
    const claim = await claimDelivery(lane);
    if (claim.kind !== 'send') throw new Error(`not to send: ${claim.kind}`);
    await settle(claim.delivery, { kind: 'dead', reason: 'channel.blocked', rest: false });
    expect(await find()).toBe('out-0');
  });

  it('finds our message by the id that the platform gave it, as it reads now', async () => {
    const { journal, draft, reader, deliver, accountId } = get();
    const lane = await prepare(0);
    const { key } = draft().conversation;
    const find = (messageId: string) => reader.findSentMessage({ accountId, key, messageId });
    expect(await find('m-7')).toBeUndefined();
    await deliver(lane, 'm-7');
    expect(await find('m-7')).toEqual({ outboundId: 'out-0', text: 'words' });
    const body = { v: 1, text: 'other words', payload: null } as const;
    const edit = draft({ targetId: 'out-0', kind: 'edit', body });
    await journal.prepareOutbound({ drafts: [edit] });
    expect(await find('m-7')).toMatchObject({ text: 'words' });
    await deliver(lane, 'm-7');
    expect(await find('m-7')).toEqual({ outboundId: 'out-0', text: 'other words' });
    for (const none of ['', 'm-8']) expect(await find(none)).toBeUndefined();
    expect(
      await reader.findSentMessage({ accountId, key: 'elsewhere', messageId: 'm-7' }),
    ).toBeUndefined();
  });

  it('gives the head of a lane with all that a send needs', async () => {
    const { claimDelivery, accountId, now, journal } = get();
    const lane = await prepare(0);
    const claim = await journal.claimDelivery({
      conversationId: lane,
      fence: 'fence-1',
      deadlineMs: 10_000,
      marginMs: 1_000,
    });
    expect(claim).toEqual({
      kind: 'send',
      delivery: {
        outboundId: 'out-0',
        conversationId: lane,
        accountId,
        conversationKey: expect.any(String),
        target: { chat: 'chat-1' },
        group: false,
        kind: 'send',
        body: { v: 1, text: 'words', payload: { text: 'words' } },
        idempotencyKey: expect.any(String),
        attempt: 1,
        marked: false,
        fence: 'fence-1',
        deadline: now() + 10_000,
        createdAt: now(),
        origin: 'cli:1',
      },
    });
    expect(await claimDelivery('unknown')).toEqual({ kind: 'idle' });
  });

  it('sends one row at a time, in order', async () => {
    const { claimDelivery, send, deliver } = get();
    const lane = await prepare(0, 1, 2);
    const first = await send(lane);
    expect(await claimDelivery(lane)).toMatchObject({ kind: 'wait' });
    await settle(first, sent);
    expect((await deliver(lane)).outboundId).toBe('out-1');
    expect((await deliver(lane)).outboundId).toBe('out-2');
    expect(await claimDelivery(lane)).toEqual({ kind: 'idle' });
  });

  it('settles a send once, under its fence', async () => {
    const { send } = get();
    const lane = await prepare(0);
    const delivery = await send(lane);
    expect(await codeOf(settle({ ...delivery, fence: 'another' }, sent))).toBe('run.fence-lost');
    await settle(delivery, sent);
    await settle(delivery, sent);
    expect(await codeOf(settle(delivery, { kind: 'ambiguous' }))).toBe('run.fence-lost');
    expect(await codeOf(settle({ outboundId: 'none', fence: 'x' }, sent))).toBe('run.fence-lost');
    expect(await stateOf('out-0')).toBe('sent');
  });

  it('holds up the lane until a row may be tried again', async () => {
    const { send, claimDelivery, now, advance } = get();
    const lane = await prepare(0, 1);
    const notBefore = now() + 5_000;
    await settle(await send(lane), { kind: 'retry', notBefore, reason: 'channel.rate-limited' });
    expect(await claimDelivery(lane)).toEqual({ kind: 'wait', until: notBefore });
    advance(5_000);
    expect(await send(lane)).toMatchObject({ outboundId: 'out-0', attempt: 2 });
  });

  it('gives up a row alone, or with the rest of its origin', async () => {
    const { send, claimDelivery, journal, draft, reader } = get();
    const lane = await prepare(0, 1, 2);
    await journal.prepareOutbound({ drafts: [draft({ outboundId: 'other', origin: 'cli:2' })] });
    await settle(await send(lane), { kind: 'dead', reason: 'channel.invalid', rest: false });
    await settle(await send(lane), { kind: 'dead', reason: 'channel.invalid', rest: true });
    expect(await Promise.all(['out-0', 'out-1', 'out-2', 'other'].map(stateOf))).toEqual([
      'dead',
      'dead',
      'dead',
      'prepared',
    ]);
    expect(await claimDelivery(lane)).toMatchObject({ delivery: { outboundId: 'other' } });
    const dead = await reader.listOutbound({ states: ['dead'], limit: 10 });
    expect(dead.map(({ outboundId }) => outboundId).toSorted()).toEqual([
      'out-0',
      'out-1',
      'out-2',
    ]);
    expect(dead[0]).toMatchObject({ reason: 'channel.invalid', text: 'words', attempt: 0 });
    expect((await reader.counts()).dead).toBe(3);
  });

  it('gives up what waited past its time, and says so once, of all that nobody saw since', async () => {
    const { send, advance, journal, draft, place, claimDelivery, reader, now } = get();
    const lane = await prepare(0, 1);
    const at = now();
    const fresh = draft({ outboundId: 'fresh', origin: 'cli:3', ttlMs: 3_600_000 });
    await journal.prepareOutbound({ drafts: [fresh] });
    advance(60_000);
    const expected = {
      kind: 'expired',
      conversationId: lane,
      conversation: place(),
      outboundIds: ['out-0', 'out-1'],
      missed: [{ text: 'words', at }],
    };
    expect(await claimDelivery(lane)).toEqual(expected);
    expect(await claimDelivery(lane)).toEqual(expected);
    const digest = (id: string, ttlMs = 90_000) => [
      draft({ outboundId: id, origin: `digest:${id}`, ttlMs }),
    ];
    const input = { conversationId: lane, outboundIds: ['out-0', 'out-1', 'fresh'] };
    for (let twice = 0; twice < 2; twice += 1)
      await journal.expireDeliveries({ ...input, digest: digest('d1') });
    expect(await reader.findOutbound('out-1')).toMatchObject({ state: 'dead', reason: 'expired' });
    expect(await stateOf('fresh')).toBe('prepared');
    expect(await stateOf('d1')).toBe('prepared');

    // The outage goes on: one digest tells of everything, and one that is too old itself is not told of.
    await journal.prepareOutbound({
      drafts: [draft({ outboundId: 'later', origin: 'cli:4', ttlMs: 60_000 })],
    });
    advance(60_000);
    await settle(await send(lane), { kind: 'retry', notBefore: now() + 3_540_000, reason: 'x' });
    advance(3_540_000);
    const again = await claimDelivery(lane);
    expect(again).toMatchObject({ kind: 'expired', outboundIds: ['fresh', 'd1', 'later'] });
    expect(again.kind === 'expired' && again.missed).toHaveLength(3);
    const all = { conversationId: lane, outboundIds: ['fresh', 'd1', 'later'] };
    await journal.expireDeliveries({ ...all, digest: digest('d2') });
    expect(await send(lane)).toMatchObject({ outboundId: 'd2' });
  });

  it('lets go of what nobody misses', async () => {
    const { send, advance, journal, draft, claimDelivery } = get();
    const lane = await prepare(0);
    await settle(await send(lane), sent);
    const gone = draft({
      outboundId: 'gone',
      origin: 'cli:5',
      kind: 'delete',
      targetId: 'out-0',
      ttlMs: 1,
    });
    const digest = draft({ outboundId: 'digest', origin: 'digest:x', ttlMs: 1 });
    await journal.prepareOutbound({ drafts: [gone, digest] });
    advance(10);
    expect(await claimDelivery(lane)).toEqual({ kind: 'idle' });
    expect([await stateOf('gone'), await stateOf('digest')]).toEqual(['dead', 'dead']);
  });

  it('tells of what was refused with the refusal', async () => {
    const { send, draft } = get();
    const lane = await prepare(0, 1);
    const notice = [draft({ outboundId: 'notice', origin: 'gave-up:out-0' })];
    await settle(await send(lane), { kind: 'dead', reason: 'x', rest: true, notice });
    expect(await send(lane)).toMatchObject({
      outboundId: 'notice',
      conversationKey: get().place().key,
    });
  });

  it('sends what may have arrived again only where the owner says so, with a mark', async () => {
    const { send, journal, reader, newId } = get();
    const lane = await prepare(0, 1);
    for (const outboundId of ['out-0', 'out-1']) {
      await settle(await send(lane), { kind: 'ambiguous' });
      const to = 'unconfirmed';
      await journal.resolveDelivery({ outboundId, fence: newId(), deadlineMs: 1, to });
    }
    expect(await journal.retryDead({ outboundId: 'out-0' })).toBe(true);
    expect(await send(lane)).toMatchObject({ outboundId: 'out-0', marked: true });
    expect(await journal.discardDead({ outboundId: 'out-1' })).toBe(true);
    expect((await reader.counts()).unconfirmed).toBe(0);
    expect(await reader.listOutbound({ states: ['unconfirmed'], limit: 5 })).toEqual([]);
  });

  it('revives a dead letter with a new time to live, at its old place', async () => {
    const { send, advance, journal } = get();
    const lane = await prepare(0, 1);
    await settle(await send(lane), { kind: 'dead', reason: 'x', rest: false });
    advance(59_999);
    expect(await journal.retryDead({ outboundId: 'out-0' })).toBe(true);
    expect(await journal.retryDead({ outboundId: 'out-0' })).toBe(false);
    advance(30_000);
    expect(await send(lane)).toMatchObject({ outboundId: 'out-0', attempt: 2 });
  });

  it('lists a discarded letter no more and revives it never', async () => {
    const { send, journal, reader } = get();
    const lane = await prepare(0);
    await settle(await send(lane), { kind: 'dead', reason: 'x', rest: false });
    expect(await journal.discardDead({ outboundId: 'out-0' })).toBe(true);
    expect(await journal.discardDead({ outboundId: 'out-0' })).toBe(false);
    expect(await journal.retryDead({ outboundId: 'out-0' })).toBe(false);
    expect(await reader.listOutbound({ states: ['dead'], limit: 10 })).toEqual([]);
    expect((await reader.counts()).dead).toBe(0);
  });

  it('resolves an unknown outcome as it is told, by the first who does', async () => {
    const { send, claimDelivery, journal, newId } = get();
    const lane = await prepare(0);
    await settle(await send(lane), { kind: 'ambiguous' });
    expect(await claimDelivery(lane)).toMatchObject({
      kind: 'ambiguous',
      delivery: { outboundId: 'out-0', marked: false },
    });
    const resolve = { outboundId: 'out-0', deadlineMs: 10_000 };
    const fence = newId();
    const again = await journal.resolveDelivery({ ...resolve, fence, to: 'resend-marked' });
    expect(again).toMatchObject({ fence, attempt: 2, marked: true });
    expect(await journal.resolveDelivery({ ...resolve, fence, to: 'resend-marked' })).toEqual(
      again,
    );
    const late = journal.resolveDelivery({ ...resolve, fence: newId(), to: 'resend' });
    expect(await codeOf(late)).toBe('run.fence-lost');
    await settle({ outboundId: 'out-0', fence }, sent);
    expect(await stateOf('out-0')).toBe('sent');
  });

  it('leaves what cannot be told unconfirmed, and goes on', async () => {
    const { send, journal, reader, newId } = get();
    const lane = await prepare(0, 1);
    await settle(await send(lane), { kind: 'ambiguous' });
    const resolve = { outboundId: 'out-0', deadlineMs: 1, to: 'unconfirmed' as const };
    expect(await journal.resolveDelivery({ ...resolve, fence: newId() })).toBeUndefined();
    expect(await journal.resolveDelivery({ ...resolve, fence: newId() })).toBeUndefined();
    expect(await stateOf('out-0')).toBe('unconfirmed');
    expect((await reader.counts()).unconfirmed).toBe(1);
    expect(await send(lane)).toMatchObject({ outboundId: 'out-1' });
  });

  it('takes the answer of the platform for an unknown outcome', async () => {
    const { send, claimDelivery } = get();
    const lane = await prepare(0);
    await settle(await send(lane), { kind: 'ambiguous' });
    const claim = await claimDelivery(lane);
    const { fence } = claim.kind === 'ambiguous' ? claim.delivery : { fence: 'none' };
    await settle({ outboundId: 'out-0', fence }, sent);
    expect(await stateOf('out-0')).toBe('sent');
  });

  it('says an edit anew whose target never came to be, and drops such a deletion', async () => {
    const { send, journal, draft, claimDelivery } = get();
    const lane = await prepare(0);
    await settle(await send(lane), { kind: 'dead', reason: 'x', rest: false });
    const drafts = [
      draft({ outboundId: 'delete', origin: 'cli:d', kind: 'delete', targetId: 'out-0' }),
      draft({ outboundId: 'edit', origin: 'cli:e', kind: 'edit', targetId: 'out-0' }),
    ];
    await journal.prepareOutbound({ drafts });
    const edit = await send(lane);
    expect([edit.outboundId, edit.kind, edit.receipt]).toEqual(['edit', 'edit', undefined]);
    expect(await stateOf('delete')).toBe('withdrawn');
    expect(await claimDelivery(lane)).toMatchObject({ kind: 'wait' });
  });

  it('keeps the address of a place as it was last stated', async () => {
    const { begin, journal, draft, place, send, conversationId } = get();
    const run = await begin();
    const conversation = { ...place(), target: { chat: 'chat-1', thread: 5 }, group: true };
    await journal.prepareOutbound({ drafts: [draft({ conversation })] });
    const delivery = await send(conversationId(run));
    expect(delivery).toMatchObject({ target: { chat: 'chat-1', thread: 5 }, group: true });
    expect(await get().reader.findConversationById(conversationId(run))).toEqual(conversation);
  });

  it('takes an edit only with a target, and a message only for a known account', async () => {
    const { journal, draft, place } = get();
    const noTarget = journal.prepareOutbound({ drafts: [draft({ kind: 'edit' })] });
    expect(await codeOf(noTarget)).toBe('request.invalid');
    const conversation = { ...place(), accountId: 'unknown' };
    const noAccount = journal.prepareOutbound({ drafts: [draft({ conversation })] });
    expect(await codeOf(noAccount)).toBe('request.invalid');
  });

  it('counts no attempt that was not made', async () => {
    const { send, now, advance } = get();
    const lane = await prepare(0);
    const notBefore = now() + 1_000;
    const reason = 'channel.rate-limited';
    await settle(await send(lane), { kind: 'retry', notBefore, reason, uncounted: true });
    advance(1_000);
    expect(await send(lane)).toMatchObject({ outboundId: 'out-0', attempt: 1 });
  });

  it('lists the calls that platforms still count, those under way as made now', async () => {
    const { send, deliver, now, advance, reader, accountId } = get();
    const lane = await prepare(0, 1, 2, 3);
    await settle(await send(lane), sent);
    advance(5_000);
    const since = now() - 1_000;
    expect(await reader.listRecentCalls({ since })).toEqual([]);
    expect((await deliver(lane)).outboundId).toBe('out-1');
    const sentAt = now();
    advance(100);
    expect((await send(lane)).outboundId).toBe('out-2');

    const calls = await reader.listRecentCalls({ since });

    const call = { accountId, conversationId: lane };
    expect(calls).toEqual([
      { ...call, at: now() },
      { ...call, at: sentAt },
    ]);
  });

  it('lists rows by state, newest first', async () => {
    const { reader, advance, journal, draft } = get();
    for (const outboundId of ['a', 'b', 'c']) {
      await journal.prepareOutbound({ drafts: [draft({ outboundId })] });
      advance(1);
    }
    const rows = await reader.listOutbound({ states: ['prepared', 'sent'], limit: 2 });
    expect(rows.map(({ outboundId }) => outboundId)).toEqual(['c', 'b']);
  });
}
