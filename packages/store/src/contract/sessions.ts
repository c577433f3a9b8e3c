import type { Message } from '@cuttle/core-types';
import { textOf } from '@cuttle/core-types';
import type { SessionRow } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { callOf, codeOf, resultOf, type World } from './world.ts';

const key = 'agent:main:telegram:1';
const noWords = { closing: [] };

export function describeSessions(get: () => World): void {
  /** What was said and answered, in turn. */
  const talk = async (...texts: readonly string[]): Promise<string> => {
    const { begin, complete } = get();
    let sessionId = '';
    for (const text of texts) {
      const run = await begin({ text });
      ({ sessionId } = run);
      await complete(run, { text: `re ${text}` });
    }
    return sessionId;
  };
  const textsOf = (messages: readonly Message[]): string[] => messages.map(textOf);
  const transcript = async ({ sessionId, generation }: SessionRow): Promise<string[]> => {
    const entries = await get().reader.readTranscript({
      sessionId,
      generation,
      afterSeq: 0,
      uptoSeq: 1_000,
      limit: 1_000,
    });
    return entries.flatMap(({ messages }) => textsOf(messages));
  };
  const history = async (sessionId: string, limit = 100): Promise<[number, string][]> => {
    const { entries } = await get().reader.readHistory({ sessionId, limit });
    return entries.map(({ seq, messages }) => [seq, textsOf(messages).join()]);
  };
  const pastSeqs = async (sessionId: string): Promise<number[]> => {
    const { entries } = await get().reader.readHistory({ sessionId, limit: 100 });
    return entries.flatMap(({ seq, past }) => (past ? [seq] : []));
  };
  const find = async (sessionKey: string): Promise<SessionRow> =>
    (await get().reader.findSession(sessionKey)) ?? expect.fail(`there is no ${sessionKey}`);
  const fork = (more: { atEntry?: number; sessionKey?: string; sourceKey?: string } = {}) =>
    get().journal.forkSession({
      sourceKey: key,
      sessionKey: 'agent:main:fork',
      agentId: 'main',
      ...more,
    });

  /** A run whose step asks for a call that has its result, and one whose call has none yet. */
  const callTwice = async (): Promise<void> => {
    const { begin, record, journal, complete } = get();
    const run = await begin({ text: 'look' });
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1, { calls: [callOf(0)], text: 'looking' }));
    await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] });
    const end = {
      runId,
      fence,
      step: 1,
      index: 0,
      state: 'done',
      taint: [],
      outbound: [],
    } as const;
    await journal.finishCall({ ...end, result: resultOf('call-0') });
    const opened = await journal.openStep({ runId, fence, step: 2 });
    const open = { step: 2, attempt: 1, uptoSeq: opened?.uptoSeq ?? 0, summaryUpto: undefined };
    await complete({ ...run, open }, { text: 'seen' });
  };

  it('makes a place before anything is said in it, once', async () => {
    const { journal, reader, say } = get();
    const input = { sessionKey: 'agent:main:plans', agentId: 'main', title: 'Plans' };
    const made = await journal.createSession(input);
    expect(made).toMatchObject({ created: true, session: { title: 'Plans', messages: 0 } });
    const again = await journal.createSession({ ...input, title: 'Other' });
    expect(again).toEqual({ created: false, session: made.session });
    expect((await reader.listSessions({ limit: 5 })).sessions).toEqual([made.session]);
    await say({ session: 'agent:main:plans', route: 'pull' });
    expect(await find('agent:main:plans')).toMatchObject({ channel: 'http' });
  });

  it('begins a fork with what was said before, without a copy, and goes on apart', async () => {
    const { begin, complete } = get();
    const source = await talk('one', 'two');
    const made = await fork({ atEntry: 2 });
    expect(made).toMatchObject({ atEntry: 2, session: { messages: 2, generation: 1 } });
    expect(await transcript(made.session)).toEqual(['one', 're one']);
    await complete(await begin({ session: 'agent:main:fork', text: 'other' }), { text: 'yes' });
    expect(await transcript(made.session)).toEqual(['one', 're one', 'other', 'yes']);
    expect(await history(made.session.sessionId)).toEqual([
      [1, 'one'],
      [2, 're one'],
      [3, 'other'],
      [4, 'yes'],
    ]);
    expect(await history(made.session.sessionId, 3)).toHaveLength(3);
    expect(await pastSeqs(made.session.sessionId)).toEqual([]);
    expect((await history(source)).map(([, text]) => text)).toEqual([
      'one',
      're one',
      'two',
      're two',
    ]);
  });

  it('forks a fork, and an earlier life', async () => {
    await talk('one', 'two');
    await fork({ atEntry: 3 });
    const second = await fork({ sourceKey: 'agent:main:fork', sessionKey: 'b', atEntry: 1 });
    expect(await transcript(second.session)).toEqual(['one']);
    const { inboundId } = await get().say({ verdict: { kind: 'control' } });
    await get().journal.settleCommand({ inboundId, reply: '', outbound: [], reset: true });
    const third = await fork({ sessionKey: 'c', atEntry: 2 });
    expect(await transcript(third.session)).toEqual(['one', 're one']);
  });

  it('refuses to fork what is not there, or onto what is', async () => {
    await talk('one');
    expect(await codeOf(fork({ sourceKey: 'none' }))).toBe('session.not-found');
    expect(await codeOf(fork({ atEntry: 9 }))).toBe('session.no-entry');
    expect(await codeOf(fork({ sessionKey: key }))).toBe('session.exists');
  });

  it('parts no call from its results', async () => {
    await callTwice();
    expect(await fork({ atEntry: 2 })).toMatchObject({ atEntry: 3 });
    const { begin, record, journal } = get();
    const run = await begin({ text: 'again' });
    await journal.recordStep(record(run, 1, { calls: [callOf(0)], text: 'open' }));
    const made = await fork({ sessionKey: 'b' });
    expect(made.atEntry).toBe(5);
    expect((await transcript(made.session)).at(-1)).toBe('again');
  });

  it('taints a fork with what the other one had read', async () => {
    const { begin, complete, say, claim } = get();
    await complete(await begin({ text: 'one', taint: ['web'] }));
    await fork();
    const { sessionId } = await say({ session: 'agent:main:fork', taint: ['group'] });
    expect((await claim(sessionId)).taint).toEqual(['web', 'group']);
  });

  it('goes back: what came later is kept, and seen no more', async () => {
    const { journal, reader, begin, complete } = get();
    const sessionId = await talk('one', 'two', 'three');
    const back = await journal.rewindSession({ sessionKey: key, toEntry: 2, ...noWords });
    expect(back).toMatchObject({ toEntry: 2, session: { generation: 2, messages: 2 } });
    expect(back.events).toMatchObject([
      { kind: 'session.reset', ref: { detail: { generation: 2, toEntry: 2 } } },
    ]);
    await complete(await begin({ text: 'four' }), { text: 're four' });
    expect(await transcript(await find(key))).toEqual(['one', 're one', 'four', 're four']);
    expect((await history(sessionId)).map(([seq]) => seq)).toEqual([1, 2, 7, 8]);
    expect(await pastSeqs(sessionId)).toEqual([]);
    const kept = await reader.readTranscript({
      sessionId,
      generation: 1,
      afterSeq: 0,
      uptoSeq: 99,
      limit: 99,
    });
    expect(kept).toHaveLength(6);
    await journal.rewindSession({ sessionKey: key, toEntry: 7, ...noWords });
    expect(await transcript(await find(key))).toEqual(['one', 're one', 'four']);
    await journal.rewindSession({ sessionKey: key, toEntry: 0, ...noWords });
    expect(await transcript(await find(key))).toEqual([]);
    expect(await history(sessionId)).toEqual([]);
  });

  it('goes back within what a fork began with', async () => {
    const { journal, begin, complete } = get();
    await talk('one', 'two');
    const { session } = await fork();
    const place = { sessionKey: 'agent:main:fork' };
    await complete(await begin({ session: place.sessionKey, text: 'own' }));
    await journal.rewindSession({ ...place, toEntry: 1, ...noWords });
    expect(await transcript(await find(place.sessionKey))).toEqual(['one']);
    expect(await history(session.sessionId)).toEqual([[1, 'one']]);
  });

  it('ends what runs before it goes back, and leaves what is queued', async () => {
    const { journal, begin, say, reader, claim } = get();
    await talk('one');
    const run = await begin({ text: 'half' });
    const queued = await say({ text: 'next' });
    const back = await journal.rewindSession({ sessionKey: key, toEntry: 2, ...noWords });
    expect(back).toMatchObject({ aborted: run.runId, inbounds: [run.runId] });
    expect(await reader.findInbound({ inboundId: run.runId })).toMatchObject({
      state: 'cancelled',
      reason: 'rewound',
    });
    const next = await claim(run.sessionId);
    expect(next).toMatchObject({ runId: queued.inboundId, generation: 2 });
    expect(await transcript(await find(key))).toEqual(['one', 're one', 'next']);
  });

  it('goes nowhere where nothing came later, and not to what is not there', async () => {
    const { journal } = get();
    await talk('one', 'two');
    const go = (toEntry: number, sessionKey = key): Promise<unknown> =>
      journal.rewindSession({ sessionKey, toEntry, ...noWords });
    expect(await go(4)).toMatchObject({ toEntry: 4, session: { generation: 1 }, events: [] });
    await go(2);
    expect(await codeOf(go(3))).toBe('session.no-entry');
    expect(await codeOf(go(99))).toBe('session.no-entry');
    expect(await codeOf(go(1, 'none'))).toBe('session.not-found');
  });

  it('takes a session away: from the lists at once, its rows in slices, its key for another', async () => {
    const { journal, reader, draft, begin, complete, deliver, conversationId, say } = get();
    const run = await begin({ text: 'secret words' });
    await complete(run, { outbound: [draft({ origin: `${run.runId}:final` })] });
    expect(await codeOf(journal.removeSession({ sessionKey: key, by: 'owner' }))).toBe(
      'session.busy',
    );
    await deliver(conversationId(run));
    await callTwice();
    await get().accept({ verdict: { kind: 'refuse', reason: 'busy', notice: [draft()] } });
    await deliver(conversationId(run));
    await reader.searchMessages({ query: 'secret', limit: 5 });
    const before = await reader.counts();
    const { sessionId } = await journal.removeSession({ sessionKey: key, by: 'owner' });
    expect(await reader.findSession(key)).toBeUndefined();
    expect((await reader.listSessions({ limit: 5 })).sessions).toEqual([]);
    expect((await reader.counts()).sessions).toBe(before.sessions - 1);
    expect(await reader.readAudit({ limit: 5 })).toMatchObject([
      { kind: 'session.delete', principal: 'owner', details: { sessionKey: key } },
    ]);
    const other = await say({ text: 'anew' });
    expect(other.sessionId).not.toBe(sessionId);
    while ((await journal.sweep({ limit: 3 })).changed > 0);
    expect(await reader.searchMessages({ query: 'secret', limit: 5 })).toEqual({ hits: [] });
    expect(await history(sessionId)).toEqual([]);
    expect(await reader.findRun(run.runId)).toBeUndefined();
    expect(await reader.findInbound({ inboundId: run.runId })).toBeUndefined();
    expect(await reader.readEvents({ sessionId, after: 0, limit: 9 })).toEqual([]);
    expect(await history(other.sessionId)).toEqual([]);
  });

  it('keeps what runs, waits, is archived, or is begun with', async () => {
    const { journal, begin, complete, say } = get();
    const remove = (sessionKey = key): Promise<string> =>
      codeOf(journal.removeSession({ sessionKey, by: 'owner' }));
    expect(await remove('none')).toBe('session.not-found');
    await say();
    expect(await remove()).toBe('session.busy');
    const run = await get().claim((await find(key)).sessionId);
    expect(await remove()).toBe('session.busy');
    await complete(run);
    const place = { sessionKey: key, agentId: 'main' };
    await journal.patchSession({ ...place, archived: true });
    expect(await remove()).toBe('session.archived');
    await journal.patchSession({ ...place, archived: false });
    await fork();
    expect(await remove()).toBe('session.forked');
    await journal.removeSession({ sessionKey: 'agent:main:fork', by: 'owner' });
    await journal.removeSession({ sessionKey: key, by: 'owner' });
    await begin({ session: 'agent:main:other' });
  });

  it('brings an archived session back when something is said in it', async () => {
    const { journal, say, advance } = get();
    await talk('one');
    await journal.patchSession({ sessionKey: key, agentId: 'main', archived: true });
    advance(1_000);
    await say({ text: 'there?', renew: { before: get().now(), notice: [] } });
    expect(await find(key)).toMatchObject({ archived: false, generation: 1 });
  });

  it('begins a new life when a message comes after a silence, behind what runs', async () => {
    const { say, claim, complete, begin, now, advance, reader } = get();
    await talk('old');
    const run = await begin({ text: 'long' });
    await say({ text: 'waits' });
    advance(60_000);
    const renew = { before: now(), notice: [get().draft()] };
    const { sessionId } = await say({ text: 'new', mode: 'steer', renew });
    await say({ text: 'newer', renew });
    expect(await find(key)).toMatchObject({ generation: 1 });
    await complete(run, { text: 're long' });
    await complete(await claim(sessionId), { text: 're waits' });
    const next = await claim(sessionId);
    expect(next).toMatchObject({ generation: 2, taint: [] });
    expect(next.events.map(({ kind }) => kind)).toContain('session.reset');
    await complete(next, { text: 're new' });
    await complete(await claim(sessionId), { text: 're newer' });
    expect(await transcript(await find(key))).toEqual(['new', 're new', 'newer', 're newer']);
    expect(await history(sessionId)).toHaveLength(10);
    expect(await pastSeqs(sessionId)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await reader.listOutbound({ states: ['prepared'], limit: 9 })).toHaveLength(1);
  });

  it.each([
    ['the silence was shorter', 'hello', 60_000, 60_001],
    ['nothing was said yet', undefined, 60_000, 0],
  ])('begins none where %s', async (_why, said, silence, back) => {
    const { say, claim, advance, now } = get();
    if (said === undefined)
      await get().accept({ verdict: { kind: 'refuse', reason: 'busy', notice: [] } });
    else await talk(said);
    advance(silence);
    const { sessionId } = await say({ renew: { before: now() - back, notice: [] } });
    expect(await claim(sessionId)).toMatchObject({ generation: 1 });
  });

  it('decides it once, whatever the life in which its turn comes', async () => {
    const { say, advance, now, reopen, claim } = get();
    await talk('old');
    advance(60_000);
    const { sessionId } = await say({ text: 'new', renew: { before: now(), notice: [] } });
    await reopen();
    const run = await claim(sessionId);
    expect(run.generation).toBe(2);
    await reopen();
    expect(await claim(sessionId)).toMatchObject({ generation: 2, resumed: true });
  });

  it('narrows the list to a channel, archived and not', async () => {
    const { say, reader, journal, advance } = get();
    for (const [session, route] of [
      ['a', 'pull'],
      ['b', 'push'],
      ['c', 'push'],
      ['d', 'push'],
    ] as const) {
      await say({ session, route });
      advance(1);
    }
    await journal.patchSession({ sessionKey: 'c', agentId: 'main', archived: true });
    const keys = async (filter: object): Promise<string[]> =>
      (await reader.listSessions({ limit: 10, ...filter })).sessions.map((row) => row.sessionKey);
    expect(await keys({ channel: 'telegram' })).toEqual(['d', 'c', 'b']);
    expect(await keys({ channel: 'telegram', archived: false })).toEqual(['d', 'b']);
    expect(await keys({ channel: 'telegram', agentId: 'main', archived: true })).toEqual(['c']);
    expect(await keys({ channel: 'http' })).toEqual(['a']);
    const page = await reader.listSessions({ limit: 2 });
    expect(page.sessions.map((row) => row.sessionKey)).toEqual(['d', 'c']);
    expect(await keys({ before: page.next })).toEqual(['b', 'a']);
  });
}
