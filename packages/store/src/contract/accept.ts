import { expect, it } from 'vitest';
import { answerOf, type World } from './world.ts';

export function describeAccept(get: () => World): void {
  it('queues a message, makes its session and tells one event', async () => {
    const { accept, reader, accountId, now } = get();
    const result = await accept({ inboundId: 'in-1', session: 'place', text: 'hi' });
    expect(result).toMatchObject({ kind: 'accepted', inboundId: 'in-1', conversations: [] });
    if (result.kind !== 'accepted') return;
    const { sessionId } = result;
    expect(result.events).toEqual([
      { sessionId, seq: 1, kind: 'inbound', ref: { inboundId: 'in-1' }, at: now() },
    ]);
    expect(await reader.findInbound({ inboundId: 'in-1' })).toEqual({
      inboundId: 'in-1',
      principal: { id: 'person-1', kind: 'person', scopes: [] },
      sessionId,
      sessionKey: 'place',
      state: 'queued',
      text: 'hi',
      at: now(),
    });
    const [session] = (await reader.listSessions({ limit: 10 })).sessions;
    expect(session).toMatchObject({ sessionId, sessionKey: 'place', generation: 1, messages: 0 });
    expect(await reader.findConversation({ accountId, key: 'chat-1' })).toEqual(get().place());
  });

  it('puts messages of one key into one session', async () => {
    const { say } = get();
    const first = await say({ session: 'a' });
    const second = await say({ session: 'a' });
    const other = await say({ session: 'b' });
    expect(second.sessionId).toBe(first.sessionId);
    expect(other.sessionId).not.toBe(first.sessionId);
  });

  it('recognises a duplicate by account and external id, whatever happened to the message since', async () => {
    const { accept, begin, complete } = get();
    const run = await begin({ externalId: 'message-7', text: 'once' });
    const again = await accept({ externalId: 'message-7', text: 'once' });
    expect(again).toEqual({
      kind: 'duplicate',
      inboundId: run.runId,
      sessionId: run.sessionId,
      state: 'bound',
      runId: run.runId,
    });
    await complete(run);
    const later = await accept({ externalId: 'message-7', text: 'once' });
    expect(later).toMatchObject({ kind: 'duplicate', state: 'answered', runId: run.runId });
  });

  it('refuses the same key with another body and writes nothing', async () => {
    const { accept, say, reader } = get();
    const { inboundId, sessionId } = await say({ externalId: 'key', text: 'one' });
    expect(await accept({ externalId: 'key', text: 'two' })).toEqual({
      kind: 'conflict',
      inboundId,
    });
    expect((await reader.eventBounds(sessionId)).last).toBe(1);
    expect((await reader.readHistory({ sessionId, limit: 10 })).queued).toHaveLength(1);
  });

  it('takes a message once when it comes twice at the same time', async () => {
    const { accept, reader } = get();
    const results = await Promise.all([
      accept({ externalId: 'twice' }),
      accept({ externalId: 'twice' }),
      accept({ externalId: 'twice' }),
    ]);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
    ]);
    expect((await reader.counts()).queued).toBe(1);
  });

  it('stores a refusal with its reason and its notice, and lists no session for it', async () => {
    const { accept, draft, reader, deliver } = get();
    const notice = draft({ origin: 'notice:in-1' });
    const result = await accept({
      inboundId: 'in-1',
      verdict: { kind: 'refuse', reason: 'access.not-allowed', notice: [notice] },
    });
    expect(result).toMatchObject({ kind: 'refused', inboundId: 'in-1', events: [] });
    const [conversationId = ''] = result.kind === 'refused' ? result.conversations : [];
    expect((await deliver(conversationId)).outboundId).toBe(notice.outboundId);
    expect(await reader.findInbound({ inboundId: 'in-1' })).toMatchObject({
      state: 'refused',
      reason: 'access.not-allowed',
    });
    expect((await reader.listSessions({ limit: 10 })).sessions).toEqual([]);
    expect((await reader.findWork()).sessions).toEqual([]);
  });

  it('stores the pairing of a refusal in the same transaction', async () => {
    const { accept, place, accountId, reader, now } = get();
    const pairing = {
      codeHash: 'hash',
      codeHint: 'AB..',
      channel: 'telegram',
      accountId,
      externalId: 'stranger',
      name: 'Ann',
      conversation: place(),
      expiresAt: now() + 60_000,
    };
    await accept({ verdict: { kind: 'refuse', reason: 'access.pairing', notice: [], pairing } });
    expect(
      await reader.findPairing({ channel: 'telegram', accountId, externalId: 'stranger' }),
    ).toMatchObject({ codeHint: 'AB..', name: 'Ann', conversation: place() });
  });

  it('says busy at the bound of a session and stores nothing', async () => {
    const { accept, say, reader } = get();
    const bounds = { perSession: 2, total: 100 };
    await say({ bounds });
    const { sessionId } = await say({ bounds });
    const result = await accept({ externalId: 'late', bounds });
    expect(result).toEqual({ kind: 'busy', events: [], conversations: [] });
    expect((await reader.eventBounds(sessionId)).last).toBe(2);
    expect(await accept({ externalId: 'late' })).toMatchObject({ kind: 'accepted' });
  });

  it('says busy at the bound of all sessions, and counts what was bound no more', async () => {
    const { accept, say, claim } = get();
    const bounds = { perSession: 100, total: 2 };
    const { sessionId } = await say({ session: 'a', bounds });
    await say({ session: 'b', bounds });
    expect(await accept({ session: 'c', bounds })).toMatchObject({ kind: 'busy' });
    await claim(sessionId);
    expect(await accept({ session: 'c', bounds })).toMatchObject({ kind: 'accepted' });
  });

  it('stores and tells a busy refusal where there are words for it', async () => {
    const { accept, say, draft, reader } = get();
    const bounds = { perSession: 1, total: 100 };
    await say({ bounds });
    const result = await accept({
      inboundId: 'in-9',
      bounds,
      busyNotice: [draft({ origin: 'notice:in-9' })],
    });
    expect(result).toMatchObject({ kind: 'busy' });
    expect(result.kind === 'busy' && result.conversations).toHaveLength(1);
    expect(await reader.findInbound({ inboundId: 'in-9' })).toMatchObject({
      state: 'refused',
      reason: 'busy',
    });
  });

  it('takes a command past every bound and never binds it', async () => {
    const { accept, say, tryClaim, reader } = get();
    const bounds = { perSession: 0, total: 0 };
    const { sessionId, inboundId } = await say({
      verdict: { kind: 'control' },
      bounds,
      text: '/stop',
    });
    expect(await tryClaim(sessionId)).toBeUndefined();
    expect((await reader.counts()).queued).toBe(0);
    expect((await reader.findWork()).controls).toMatchObject([{ inboundId, text: '/stop' }]);
    expect(await accept({ bounds })).toMatchObject({ kind: 'busy' });
  });

  it('makes a person on first sight and keeps the newest name', async () => {
    const { say, reader, accountId } = get();
    const peer = { channel: 'telegram', accountId, externalId: 'user-1' };
    await say({ identity: { channel: 'telegram', externalId: 'user-1', name: 'Ann' } });
    const first = await reader.findIdentity(peer);
    expect(first).toMatchObject({ name: 'Ann', access: 'none' });
    await say({ identity: { channel: 'telegram', externalId: 'user-1', name: 'Anna' } });
    expect(await reader.findIdentity(peer)).toEqual({ ...first, name: 'Anna' });
  });

  it('refuses bots that spoke often enough until a person speaks, in that conversation alone', async () => {
    const { accept, reopen } = get();
    const bot = { most: 2 };
    const person = { channel: 'telegram', externalId: 'ann' };
    const kinds = async (place = 'chat-1'): Promise<string> => {
      const result = await accept({ bot, place, identity: { ...person, externalId: 'b' } });
      return result.kind === 'refused' ? result.reason : result.kind;
    };
    expect([await kinds(), await kinds(), await kinds()]).toEqual([
      'accepted',
      'accepted',
      'access.bot-loop',
    ]);
    expect(await kinds('chat-2')).toBe('accepted');
    await reopen();
    expect(await kinds()).toBe('access.bot-loop');
    // A schedule is no person, and one who is refused is.
    await accept({});
    expect(await kinds()).toBe('access.bot-loop');
    await accept({
      identity: person,
      verdict: { kind: 'refuse', reason: 'access.not-addressed', notice: [] },
    });
    expect(await kinds()).toBe('accepted');
    const refused = await accept({ inboundId: 'in-9', bot: { most: 0 } });
    expect(refused).toMatchObject({ kind: 'refused', reason: 'access.bot-loop' });
    const row = await get().reader.findInbound({ inboundId: 'in-9' });
    expect(row).toMatchObject({ state: 'refused' });
  });

  it('keeps hostile text as it came', async () => {
    const { begin, reader } = get();
    const text = `'; DROP TABLE inbound; -- \u0000 \u202e "quoted" 💥 ${'x'.repeat(200_000)}`;
    const run = await begin({ text });
    const [entry] = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entry?.messages).toEqual([{ role: 'user', parts: [{ type: 'text', text }] }]);
  });

  it('keeps whole messages of an API client in their order, without its system text', async () => {
    const { begin, reader } = get();
    const messages = [
      { role: 'user' as const, parts: [{ type: 'text' as const, text: 'one' }] },
      answerOf('two'),
      { role: 'user' as const, parts: [{ type: 'text' as const, text: 'three' }] },
    ];
    const run = await begin({
      route: 'pull',
      body: { v: 1, parts: [], messages, system: 'be brief' },
    });
    const [entry] = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entry?.messages).toEqual(messages);
    expect(run.inputs[0]?.body).toMatchObject({ system: 'be brief', messages });
  });
}
