import { personPrincipalId, type SummaryBody } from '@cuttle/core-types';
import {
  type PersonTrace,
  personParts,
  type PurgeRow,
  storedAreas,
} from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { callOf, codeOf, resultOf, type Wish, type World } from './world.ts';

/** One slice of a purge at most: the tests look at what it leaves. */
const limit = 3;
const words = '[taken out]';

export async function purgeAll(world: World, trace: PersonTrace): Promise<PurgeRow> {
  const { journal, newId } = world;
  const { purgeId } = await journal.beginPurge({ purgeId: newId(), trace, by: 'owner' });
  for (const area of storedAreas)
    while (!(await journal.purgeSlice({ purgeId, area, words, limit })).done);
  return journal.endPurge({ purgeId });
}

export function describePrivacy(get: () => World): void {
  const anna = (): string => personPrincipalId('telegram', get().accountId, '7001');
  const ben = (): string => personPrincipalId('telegram', get().accountId, '7002');
  const dm = (): Wish => ({
    session: 'agent:main:telegram:bot:dm:7001',
    place: '7001',
    principal: anna(),
    identity: { channel: 'telegram', externalId: '7001', name: 'Anna Maria' },
  });
  const inGroup = (principal: string): Wish => ({
    session: 'agent:main:telegram:bot:group:-100',
    place: '-100',
    principal,
  });
  const traceOf = async (): Promise<PersonTrace> => {
    const address = { channel: 'telegram', account: '', externalId: '7001' };
    const facts = await get().reader.findPerson(address);
    return facts ? { ...facts, principals: [anna()] } : expect.fail('nobody was found');
  };
  const countOf = ({ areas }: PurgeRow): number => areas.reduce((sum, { count }) => sum + count, 0);

  it('finds a person by one of their accounts, their id and the label, with all their accounts', async () => {
    const { say, journal, reader, accountId } = get();
    await say(dm());
    const seen = await traceOf();
    expect(seen).toMatchObject({
      accounts: [{ channel: 'telegram', accountId, externalId: '7001' }],
      names: ['Anna Maria'],
    });
    const address = { channel: 'telegram', account: '', externalId: '7001' };
    const { person } = await journal.linkPerson({ label: 'anna', address, by: 'owner' });
    const linked = await traceOf();
    expect(linked.personIds.toSorted()).toEqual([...seen.personIds, person.personId].toSorted());
    const { principals: _, ...facts } = linked;
    expect(await reader.findPerson({ personId: person.personId })).toEqual(facts);
    expect(await reader.findPerson({ personId: 'anna' })).toEqual(facts);
    expect(await reader.findPerson({ personId: 'ben' })).toBeUndefined();
  });

  it('takes away a direct chat whole, with what runs, waits and was to be sent, and knows its messages again', async () => {
    const { begin, say, complete, reader, journal, draft, place, accept } = get();
    const first = await begin({ ...dm(), text: 'my cat is Luna', externalId: '7001:1' });
    const reply = draft({ origin: `${first.runId}:final`, conversation: place('7001') });
    await complete(first, { text: 'a fine cat', outbound: [reply] });
    await begin({ ...dm(), text: 'it runs', externalId: '7001:2' });
    await say({ ...dm(), text: 'it waits', externalId: '7001:3' });
    await reader.searchMessages({ query: 'Luna', limit: 5 });
    const report = await purgeAll(get(), await traceOf());
    expect(report.by).toBe('owner');
    expect(report.trace).toBeUndefined();
    expect(report.areas.map(({ area, done }) => [area, done])).toEqual(
      storedAreas.map((area) => [area, true]),
    );
    expect(countOf(report)).toBeGreaterThan(3);
    expect((await reader.listSessions({ limit: 9 })).sessions).toEqual([]);
    expect((await reader.searchMessages({ query: 'Luna', limit: 5 })).hits).toEqual([]);
    const { sessionId } = first;
    expect((await reader.readHistory({ sessionId, limit: 9 })).entries).toEqual([]);
    expect(await reader.verifySession({ sessionId })).toMatchObject({ findings: [] });
    expect(await reader.findOutbound(reply.outboundId)).toMatchObject({
      text: '',
      state: 'withdrawn',
    });
    expect((await reader.counts()).queued).toBe(0);
    const old = { ...dm(), text: 'my cat is Luna', externalId: '7001:1' };
    expect(await accept(old)).toMatchObject({ kind: 'duplicate', state: 'cancelled' });
    expect(await accept({ ...old, text: 'another' })).toMatchObject({ kind: 'conflict' });
    expect(await journal.claimRun({ sessionId, fence: 'f', collectMax: 9 })).toBeUndefined();
    expect(await accept({ ...dm(), externalId: '7001:9' })).toMatchObject({ kind: 'accepted' });
  });

  it('blanks what one of several people said, in a chain that stays whole', async () => {
    const { begin, complete, journal, reader, record, draft, place } = get();
    await complete(await begin({ ...inGroup(ben()), text: 'I am Ben' }), { text: 'hello Ben' });
    const run = await begin({ ...inGroup(anna()), text: 'my secret is rhubarb' });
    const calls = [callOf(0, { input: { secret: 'rhubarb' } })];
    await journal.recordStep(record(run, 1, { calls, text: 'I look rhubarb up' }));
    const { runId, fence } = run;
    await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] });
    const end = { runId, fence, step: 1, index: 0, state: 'done', outbound: [] } as const;
    await journal.finishCall({ ...end, result: resultOf('call-0', 'rhubarb!'), taint: [] });
    await journal.openStep({ runId, fence, step: 2 });
    const origin = `${run.runId}:final`;
    const reply = draft({ origin, conversation: place('-100') });
    const last = record(run, 2, { text: 'rhubarb is sour' });
    await complete(run, { last, outbound: [reply] });
    await complete(await begin({ ...inGroup(ben()), text: 'and now' }), { text: 'now this' });
    const { sessionId } = run;
    await get().say(dm());
    await purgeAll(get(), await traceOf());
    const { entries } = await reader.readHistory({ sessionId, limit: 99 });
    const text = JSON.stringify(entries);
    expect(text).not.toContain('rhubarb');
    expect(text).toContain('I am Ben');
    expect(entries.map(({ messages }) => messages[0]?.role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'tool',
      'assistant',
      'user',
      'assistant',
    ]);
    expect(entries[3]?.messages[0]?.parts).toEqual([
      { type: 'text', text: words },
      { type: 'tool-call', callId: 'call-0', name: 'look', input: {} },
    ]);
    const chain = await reader.verifySession({ sessionId });
    expect(chain).toMatchObject({ checked: 8, redacted: 4, findings: [] });
    expect(await reader.findOutbound(reply.outboundId)).toMatchObject({ text: '' });
  });

  it('takes away every summary that covers what went, also in a session that begins with it', async () => {
    const { begin, complete, journal, reader } = get();
    await complete(await begin({ ...inGroup(ben()), text: 'first' }));
    await complete(await begin({ ...inGroup(anna()), text: 'her words' }));
    const run = await begin({ ...inGroup(ben()), text: 'third' });
    const { runId, fence, sessionId } = run;
    const facts = { failures: [], tasks: [], paths: [], identifiers: [] };
    const text = 'they spoke of her words';
    const made = { by: 'model', runId: 'r', target: 4, entries: 4 } as const;
    const body: SummaryBody = { v: 1, text, facts, kept: [], ...made };
    await journal.recordCompaction({
      runId,
      fence,
      step: 1,
      uptoSeq: 4,
      body,
      contextTokens: 5,
      call: undefined,
    });
    await complete(run);
    const sourceKey = inGroup('').session ?? '';
    const { session } = await journal.forkSession({
      sourceKey,
      sessionKey: 'fork',
      agentId: 'main',
    });
    const of = (id: string): Promise<readonly unknown[]> =>
      reader.listSummaries({ sessionId: id, generation: 1, limit: 9 });
    expect([await of(sessionId), await of(session.sessionId)].map((all) => all.length)).toEqual([
      1, 1,
    ]);
    await get().say(dm());
    await purgeAll(get(), await traceOf());
    expect([await of(sessionId), await of(session.sessionId)]).toEqual([[], []]);
    expect((await reader.findSession('fork'))?.summaryUpto).toBeUndefined();
    expect(await reader.verifySession({ sessionId: session.sessionId })).toMatchObject({
      findings: [],
    });
  });

  it('keeps sums of usage and the audit under another name, and takes schedules, notes and identities', async () => {
    const { begin, complete, journal, reader, record, newId } = get();
    const run = await begin(dm());
    await complete(run, { last: { ...record(run, 1), personId: anna() } });
    const [personId = ''] = (await traceOf()).personIds;
    await journal.putValue({ namespace: `note:main:${personId}`, key: 'k', value: 'likes jazz' });
    await journal.putValue({ namespace: `note:main:other`, key: 'k', value: 'jazz too' });
    const { principal, provenance, route } = get().input(dm());
    await journal.putSchedule({
      scheduleId: newId(),
      key: 'once',
      owner: personId,
      sessionKey: dm().session ?? '',
      agentId: 'main',
      text: 'water the plants',
      principal,
      provenance,
      route,
      conversation: undefined,
      nextAt: get().now() + 1000,
    });
    await journal.appendAudit({
      kind: 'x',
      principal: anna(),
      details: { who: ['7001', '17001'] },
    });
    const before = await reader.usage({ since: 0 });
    const { purgeId } = await purgeAll(get(), await traceOf());
    expect(await reader.usage({ since: 0 })).toEqual(before);
    const persons = await reader.usageBy({ since: 0, by: 'person', limit: 9 });
    expect(persons.map(({ key }) => key)).toEqual([`purged:${purgeId}`]);
    expect(await reader.listSchedules({ limit: 9 })).toEqual([]);
    expect(await reader.listValues({ namespace: `note:main:${personId}`, limit: 9 })).toEqual([]);
    expect(await reader.listValues({ namespace: 'note:main:other', limit: 9 })).toHaveLength(1);
    expect(await reader.findPerson({ personId })).toBeUndefined();
    const rows = await reader.readAudit({ limit: 50 });
    expect(JSON.stringify(rows)).not.toMatch(/"7001"|:7001|Anna/);
    expect(rows.find(({ kind }) => kind === 'x')).toMatchObject({
      principal: `purged:${purgeId}`,
      details: { who: [`purged:${purgeId}`, '17001'] },
    });
    const chain = await reader.verifyAudit({});
    expect(chain).toMatchObject({ findings: [] });
    expect(chain.redacted).toBeGreaterThan(0);
    expect(rows[0]).toMatchObject({ kind: 'person.purge', principal: 'owner' });
  });

  it('lists what is theirs: a direct chat whole, of others their part', async () => {
    const { begin, say, complete, reader, journal } = get();
    await complete(await begin({ ...dm(), text: 'in private' }), { text: 'privately' });
    await complete(await begin({ ...dm(), principal: 'owner', text: 'the owner says' }));
    await complete(await begin({ ...inGroup(anna()), text: 'in public' }), { text: 'publicly' });
    await complete(await begin({ ...inGroup(ben()), text: 'not hers' }), { text: 'nor this' });
    await say({ ...dm(), text: 'it waits' });
    const trace = await traceOf();
    await journal.putValue({
      namespace: `note:main:${trace.personIds[0]}`,
      key: 'k',
      value: 'jazz',
    });
    const files = new Map<string, number>();
    let text = '';
    for (const part of personParts)
      for (let after: number | undefined = 0; after !== undefined;) {
        const page: Awaited<ReturnType<typeof reader.listPersonRows>> = await reader.listPersonRows(
          { trace, part, after, limit },
        );
        for (const { file, row } of page.rows) {
          const name = file.split('/')[0] ?? '';
          files.set(name, (files.get(name) ?? 0) + 1);
          text += JSON.stringify(row);
        }
        after = page.next;
      }
    expect(Object.fromEntries(files)).toEqual({ sessions: 7, identities: 1, notes: 1 });
    for (const said of [
      'in private',
      'privately',
      'the owner says',
      'in public',
      'publicly',
      'it waits',
      'jazz',
      'Anna Maria',
    ])
      expect(text).toContain(said);
    expect(text).not.toMatch(/not hers|nor this/);
  });

  it('finds nothing the second time, and goes on with what was begun instead of beginning anew', async () => {
    const { begin, complete, journal, reader, newId } = get();
    await complete(await begin(dm()));
    const trace = await traceOf();
    const first = await journal.beginPurge({ purgeId: newId(), trace, by: 'owner' });
    const again = await journal.beginPurge({ purgeId: newId(), trace, by: 'another' });
    expect(again).toEqual(first);
    expect(await reader.listPurges({ limit: 9 })).toEqual([first]);
    await purgeAll(get(), trace);
    expect(await reader.listPurges({ limit: 9 })).toEqual([]);
    const { purgeId } = first;
    const slice = { purgeId, area: 'usage', words, limit } as const;
    expect(await codeOf(journal.purgeSlice(slice))).toBe('request.not-found');
    expect(countOf(await purgeAll(get(), await traceOf()))).toBe(0);
  });

  it('goes on behind its last slice in a later life of the store', async () => {
    const { begin, complete, journal, newId, reopen } = get();
    for (let n = 0; n < 8; n += 1) await complete(await begin({ ...dm(), text: `rhubarb ${n}` }));
    const trace = await traceOf();
    const { purgeId } = await journal.beginPurge({ purgeId: newId(), trace, by: 'owner' });
    await journal.purgeSlice({ purgeId, area: 'transcripts', words, limit });
    await reopen();
    await purgeAll(get(), trace);
    const { reader } = get();
    expect((await reader.searchMessages({ query: 'rhubarb', limit: 9 })).hits).toEqual([]);
    expect(await reader.listPurges({ limit: 9 })).toEqual([]);
    expect(await reader.verifyAudit({})).toMatchObject({ findings: [] });
  });
}
