import { expect, it } from 'vitest';
import { approvalOf, callOf, codeOf, resultOf, type World } from './world.ts';

export function describeReading(get: () => World): void {
  it('reads the history from its end, page by page, with the queue behind it', async () => {
    const { begin, complete, say, reader, claim } = get();
    for (const text of ['one', 'two', 'three']) await complete(await begin({ text }), { text });
    const { sessionId } = await say({ text: 'four' });
    const queued = await say({ text: 'five' });
    const active = await claim(sessionId);
    const last = await reader.readHistory({ sessionId, limit: 3 });
    expect(last.entries.map(({ seq }) => seq)).toEqual([5, 6, 7]);
    expect(last).toMatchObject({
      before: 5,
      activeRunId: active.runId,
      queued: [{ inboundId: queued.inboundId, text: 'five' }],
    });
    expect(last.eventSeq).toBe((await reader.eventBounds(sessionId)).last);
    const middle = await reader.readHistory({ sessionId, limit: 3, before: last.before ?? 0 });
    expect(middle.entries.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(middle.queued).toEqual([]);
    const first = await reader.readHistory({ sessionId, limit: 3, before: middle.before ?? 0 });
    expect(first.entries.map(({ seq }) => seq)).toEqual([1]);
    expect(first.before).toBeUndefined();
    const nothing = await reader.readHistory({ sessionId: 'unknown', limit: 3 });
    expect(nothing).toEqual({ entries: [], queued: [], eventSeq: 0 });
  });

  it('reads a stretch of the transcript', async () => {
    const { begin, complete, reader } = get();
    const run = await begin({ text: 'one' });
    await complete(run);
    await complete(await begin({ text: 'two' }));
    const { sessionId, generation } = run;
    const read = (afterSeq: number, uptoSeq: number, limit = 10): Promise<number[]> =>
      reader
        .readTranscript({ sessionId, generation, afterSeq, uptoSeq, limit })
        .then((entries) => entries.map(({ seq }) => seq));
    expect(await read(0, 4)).toEqual([1, 2, 3, 4]);
    expect(await read(1, 3)).toEqual([2, 3]);
    expect(await read(0, 4, 2)).toEqual([1, 2]);
    expect(
      await reader.readTranscript({ ...run, generation: 2, afterSeq: 0, uptoSeq: 9, limit: 9 }),
    ).toEqual([]);
  });

  it('lists sessions by their last activity, page by page', async () => {
    const { say, reader, advance } = get();
    for (const session of ['a', 'b', 'c', 'd']) {
      await say({ session });
      advance(1);
    }
    await say({ session: 'b' });
    const first = await reader.listSessions({ limit: 3 });
    expect(first.sessions.map(({ sessionKey }) => sessionKey)).toEqual(['b', 'd', 'c']);
    const second = await reader.listSessions({ limit: 3, before: first.next });
    expect(second.sessions.map(({ sessionKey }) => sessionKey)).toEqual(['a']);
    expect(second.next).toBeUndefined();
    expect(await codeOf(reader.listSessions({ limit: 3, before: 'nonsense' }))).toBe(
      'request.invalid',
    );
  });

  it('pages through sessions of one instant without loss', async () => {
    const { say, reader } = get();
    for (let n = 0; n < 5; n += 1) await say({ session: `s${n}` });
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await reader.listSessions({ limit: 2, before });
      seen.push(...page.sessions.map(({ sessionKey }) => sessionKey));
      before = page.next;
    } while (before !== undefined);
    expect(seen.toSorted()).toEqual(['s0', 's1', 's2', 's3', 's4']);
  });

  it('narrows the list to an agent, to words and to the archive', async () => {
    const { say, reader, journal } = get();
    await say({ session: 'agent:main:web:plans', agentId: 'main' });
    await say({ session: 'agent:helper:web:notes', agentId: 'helper' });
    await journal.patchSession({
      sessionKey: 'agent:main:web:plans',
      agentId: 'main',
      title: 'Trip to Lisbon',
      archived: true,
    });
    const keys = async (filter: object): Promise<string[]> =>
      (await reader.listSessions({ limit: 10, ...filter })).sessions.map(
        ({ sessionKey }) => sessionKey,
      );
    expect(await keys({ agentId: 'helper' })).toEqual(['agent:helper:web:notes']);
    expect(await keys({ archived: true })).toEqual(['agent:main:web:plans']);
    expect(await keys({ archived: false })).toEqual(['agent:helper:web:notes']);
    expect(await keys({ search: 'lisb' })).toEqual(['agent:main:web:plans']);
    expect(await keys({ search: 'LI' })).toEqual(['agent:main:web:plans']);
    expect(await keys({ search: 'notes' })).toEqual(['agent:helper:web:notes']);
    expect(await keys({ search: '"; DROP' })).toEqual([]);
    expect(await keys({ search: '%_' })).toEqual([]);
    expect(await keys({})).toHaveLength(2);
  });

  it('patches a session: what is not given stays, null takes it away', async () => {
    const { journal, reader } = get();
    const place = { sessionKey: 'web', agentId: 'main' };
    const made = await journal.patchSession({ ...place, title: 'Hello', queueMode: 'collect' });
    expect(made).toMatchObject({ title: 'Hello', queueMode: 'collect', archived: false });
    const patched = await journal.patchSession({ ...place, title: null, archived: true });
    expect(patched).toMatchObject({ queueMode: 'collect', archived: true });
    expect(patched.title).toBeUndefined();
    expect(await reader.findSession('web')).toEqual(patched);
    expect(await reader.findSessionById(patched.sessionId)).toEqual(patched);
    expect(await reader.findSession('none')).toBeUndefined();
  });

  it('finds words in all messages, the best of the newest first', async () => {
    const { begin, complete, reader } = get();
    const a = await begin({ session: 'a', text: 'Where is the café in Lisbon?' });
    await complete(a, { text: 'The cafe is near the river.' });
    await complete(await begin({ session: 'b', text: 'café again' }), { text: 'no' });
    const find = async (query: string, sessionKey?: string): Promise<unknown[]> =>
      (await reader.searchMessages({ query, limit: 10, sessionKey })).hits.map((hit) => [
        hit.sessionKey,
        hit.entrySeq,
        hit.role,
      ]);
    expect(await find('cafe')).toEqual([
      ['b', 1, 'user'],
      ['a', 2, 'assistant'],
      ['a', 1, 'user'],
    ]);
    expect(await find('cafe -again')).toEqual([
      ['a', 2, 'assistant'],
      ['a', 1, 'user'],
    ]);
    expect(await find('"the cafe"')).toEqual([
      ['a', 2, 'assistant'],
      ['a', 1, 'user'],
    ]);
    expect(await find('"cafe the"')).toEqual([]);
    expect(await find('riv* near')).toEqual([['a', 2, 'assistant']]);
    expect(await find('cafe', 'a')).toEqual([
      ['a', 2, 'assistant'],
      ['a', 1, 'user'],
    ]);
    expect(await find('near riv')).toEqual([['a', 2, 'assistant']]);
    expect(await find('cafe', 'none')).toEqual([]);
    for (const hostile of ['', '   ', '"', 'a OR', 'NEAR(', 'words:x', '* ^', '-cafe"', '\u0000'])
      expect(Array.isArray(await find(hostile))).toBe(true);
    const {
      hits: [hit],
    } = await reader.searchMessages({ query: 'river', limit: 1 });
    expect(hit?.snippet).toContain('near the river');
  });

  it('finds words of scripts without spaces, and of tool results', async () => {
    const { begin, record, journal, reader } = get();
    const run = await begin({ text: '我们明天去里斯本旅行' });
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1, { calls: [callOf(0)] }));
    const end = { runId, fence, step: 1, index: 0, taint: [], outbound: [] };
    const result = resultOf('call-0', 'temperature is 21 degrees');
    await journal.finishCall({ ...end, state: 'failed', result });
    await journal.openStep({ runId, fence, step: 2 });
    const roles = async (query: string): Promise<string[]> =>
      (await reader.searchMessages({ query, limit: 10 })).hits.map(({ role }) => role);
    expect(await roles('里斯本')).toEqual(['user']);
    expect(await roles('degrees')).toEqual(['tool']);
  });

  it('tells the whole way of a message', async () => {
    const { begin, record, journal, reader, complete, draft, deliver, conversationId, advance } =
      get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    const call = callOf(0, { gated: true });
    await journal.recordStep(record(run, 1, { calls: [call] }));
    const reason = { kind: 'approval', ref: 'ap-1' } as const;
    await journal.parkRun({ runId, fence, reason, approvals: [approvalOf('ap-1', call)] });
    advance(1);
    const decision = { approvalId: 'ap-1', decision: 'approved', by: 'owner' } as const;
    await journal.decideApproval({ ...decision, outbound: [] });
    const again = await get().claim(sessionId);
    const calls = [{ index: 0, deadline: 1, approvalId: 'ap-1' }];
    await journal.startCalls({ runId, fence: again.fence, step: 1, calls });
    advance(1);
    const end = { runId, fence: again.fence, step: 1, index: 0, taint: [], outbound: [] };
    await journal.finishCall({ ...end, state: 'done', result: resultOf('call-0') });
    const opened = await journal.openStep({ runId, fence: again.fence, step: 2 });
    if (!opened) throw new Error('The step is not opened.');
    advance(1);
    await complete({ ...again, open: opened }, { outbound: [draft({ origin: `${runId}:final` })] });
    advance(1);
    await deliver(conversationId(run));
    const fate = await reader.readFate(runId);
    expect(fate?.inbound).toMatchObject({ inboundId: runId, state: 'answered' });
    expect(fate?.timeline.map(({ what }) => what)).toEqual([
      'inbound.received',
      'inbound.bound',
      'run.start',
      'step.start',
      'step.end',
      'approval.request',
      'tool.call',
      'approval.resolve',
      'step.start',
      'tool.result',
      'step.end',
      'run.end',
      'outbound.prepared',
      'inbound.answered',
      'outbound.sent',
    ]);
    expect(await reader.readFate('unknown')).toBeUndefined();
  });

  it('finds a message by its id and by its external id', async () => {
    const { say, reader, accountId } = get();
    const { inboundId } = await say({ externalId: 'message-1' });
    const found = await reader.findInbound({ accountId, externalId: 'message-1' });
    expect(found).toEqual(await reader.findInbound({ inboundId }));
    expect(await reader.findInbound({ inboundId: 'none' })).toBeUndefined();
    expect(await reader.findRun('none')).toBeUndefined();
    expect(await reader.findApproval('none')).toBeUndefined();
    expect(await reader.findOutbound('none')).toBeUndefined();
  });

  it('knows who a run serves', async () => {
    const { begin, reader } = get();
    const { runId } = await begin({ principal: 'person-9', trust: 'guest' });
    expect(await reader.findRun(runId)).toMatchObject({ principalId: 'person-9', trust: 'guest' });
  });

  it('reads durable events from any number on, in order', async () => {
    const { begin, complete, reader } = get();
    const run = await begin();
    const { sessionId } = run;
    await complete(run);
    const all = await reader.readEvents({ sessionId, after: 0, limit: 100 });
    expect(all.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'inbound'],
      [2, 'run.start'],
      [3, 'step.start'],
      [4, 'step.end'],
      [5, 'run.end'],
    ]);
    expect(await reader.readEvents({ sessionId, after: 2, limit: 2 })).toEqual(all.slice(2, 4));
    expect(await reader.eventBounds(sessionId)).toEqual({ first: 1, last: 5 });
    expect(await reader.eventBounds('unknown')).toEqual({ first: 1, last: 0 });
  });

  it('counts what is queued, running, parked and undelivered', async () => {
    const { begin, say, journal, reader, draft } = get();
    await begin({ session: 'a' });
    await say({ session: 'a' });
    const parked = await begin({ session: 'b' });
    const { runId, fence } = parked;
    const reason = { kind: 'backoff', ref: 'x' } as const;
    await journal.parkRun({ runId, fence, reason, approvals: [] });
    await journal.prepareOutbound({ drafts: [draft()] });
    expect(await reader.counts()).toEqual({
      queued: 1,
      running: 1,
      parked: 1,
      undelivered: 1,
      dead: 0,
      unconfirmed: 0,
      sessions: 2,
      subagents: 0,
    });
  });
}
