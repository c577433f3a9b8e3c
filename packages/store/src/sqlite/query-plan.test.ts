import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approvalOf,
  callingOf,
  callOf,
  createWorld,
  resultOf,
  type World,
} from '../contract/world.ts';
import { type FetchedMedia, personParts, storedAreas } from '@cuttle/core-types/ports';
import { DatabaseSync } from 'node:sqlite';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';

/** Scans that stay short: a table of one row, the deltas of open steps, the newest rows, what a limit has cut, a foreign key without deferred violations. */
const shortScans = [
  /^SCAN store$/,
  /^SCAN delta\b/,
  /^SCAN outbound$/,
  /^SCAN CONSTANT ROW/,
  /VIRTUAL TABLE/,
  /^SCAN \(subquery-\d+\)$/,
  /^SEARCH run USING COVERING INDEX run_session \(space=\?\)$/,
];
/** Indexes that hold only what is open, or that are read in order up to a limit. */
const short =
  /INDEX (run_active|inbound_queue|inbound_control|outbound_lane|outbound_ended|approval_pending|session_active|identity_allowed|link_configured|subagent_open|sqlite_autoindex_subagent_1|audit_order|purge_open|reservation_live|call_reservation_live|step_uncounted) /;

/** Whether a step of a plan looks at ever more rows as the home grows. `space` is the same in all of them. */
function grows(detail: string): boolean {
  if (shortScans.some((pattern) => pattern.test(detail))) return false;
  return detail.startsWith('SCAN') || (detail.endsWith('(space=?)') && !short.test(detail));
}

describe('every statement', () => {
  const statements = new Set<string>();
  let world: World;
  let path = '';
  const original = DatabaseSync.prototype.prepare;

  beforeAll(async () => {
    // Seen where they are prepared, so that the list cannot go stale.
    DatabaseSync.prototype.prepare = function prepare(this: DatabaseSync, sql: string) {
      statements.add(sql);
      return original.call(this, sql);
    };
    world = await createWorld(({ now }) =>
      openFixture((paths) => {
        ({ path } = paths);
        return openInlineStore({ ...paths, now, disk: noReserve, recordKeysFile: `${path}.keys` });
      }),
    );
    await useAll(world);
  });
  afterAll(async () => {
    DatabaseSync.prototype.prepare = original;
    await world.close();
  });

  it('is served by an index', () => {
    const db = new DatabaseSync(path);
    const scans = [...statements]
      .filter((sql) => /^(SELECT|UPDATE|DELETE|INSERT)/.test(sql))
      .flatMap((sql) =>
        db
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all()
          .map(({ detail }) => String(detail))
          .filter(grows)
          .map((detail) => `${detail}: ${sql}`),
      );
    db.close();
    expect(statements.size).toBeGreaterThan(100);
    expect(scans).toEqual([]);
  });
});

const noFacts = { failures: [], tasks: [], paths: [], identifiers: [] };

/** Each read once, and the writes whose statements look for something. */
async function useAll(world: World): Promise<void> {
  const { reader, journal, begin, complete, say, deliver, conversationId, draft } = world;
  const run = await begin();
  const { runId, fence, sessionId } = run;
  const { pinId } = await journal.addPin({
    pinId: 'pin-1',
    agentId: 'main',
    sessionKey: run.sessionKey,
    text: 'order',
    by: 'owner',
  });
  await journal.removePin({ pinId, by: 'owner' });
  await journal.reserveUsage({
    callId: 'x',
    agentId: 'main',
    personId: 'x',
    amountMicros: 1,
    limits: [{ scope: 'gateway', limitMicros: 9 }],
  });
  await journal.releaseUsage({ callId: 'x' });
  await journal.reserveBudget({
    runId,
    fence,
    step: 1,
    agentId: 'main',
    personId: 'p',
    amountMicros: 1,
    limits: [{ scope: 'gateway', limitMicros: 9 }],
  });
  await journal.appendDelta({ runId, fence, step: 1, attempt: 1, offset: 0, text: 'x' });
  await journal.recordCompaction({
    runId,
    fence,
    step: 1,
    uptoSeq: 1,
    body: { v: 1, text: 'x', facts: noFacts, kept: [], by: 'digest', runId, target: 1, entries: 1 },
    call: undefined,
    contextTokens: 1,
  });
  await complete(run, { outbound: [draft({ origin: `${runId}:final` })] });
  await deliver(conversationId(run));
  await say({ mode: 'collect' });
  await say({ mode: 'steer' });
  const next = await world.claim(sessionId);
  await complete(next);
  await journal.undoCompaction({ sessionId, uptoSeq: 1, by: 'x' });
  await journal.openStep({ runId: next.runId, fence: next.fence, step: 2 });
  await say({ mode: 'interrupt' });
  await journal.interruptRun({ sessionId, fence: 'i', closing: [] });
  await journal.abortRun({ sessionId, by: 'user', cancelQueued: true, closing: [] });
  await freeOne(world);
  await world.store.blobs.put(new Uint8Array(1), 'x/y', new AbortController().signal);
  await world.store.blobs.free({ before: world.now() }, new AbortController().signal);
  await useSessions(world, run.sessionKey);
  await journal.putMemoryFile({
    agentId: 'main',
    path: 'a.md',
    hash: 'x',
    stamp: 'x',
    bytes: 1,
    changedAt: 1,
    readers: ['x'],
    chunks: [{ from: 1, to: 1, heading: '', text: 'x', hash: 'x', taint: [] }],
  });
  await journal.putMemoryVectors({
    model: 'm',
    vectors: [{ chunkId: 1, hash: 'x', vector: 'AACAPw==' }],
  });
  const bytes = new Uint8Array([1]);
  const sha256 = await world.store.blobs.put(bytes, 'x/y', new AbortController().signal);
  await journal.putMediaText({ sha256, kind: 'image', by: 'x', text: 'x', detail: {} });
  await journal.putFilm({ sha256, by: 'x', hasSound: true, frames: [] });
  const fetched = { kind: 'blob', sha256, type: 'image', mimeType: 'x/y' } as const;
  await readHeld(world, fetched);
  await useCodes(world);
  await journal.putCheckpoint({ accountId: world.accountId, checkpoint: 1 });
  await journal.sweep({ limit: 10 });
  world.advance(3_600_000);
  await useSubagents(world);
  await journal.sweep({ limit: 10 });
  const peer = { channel: 'telegram', accountId: world.accountId, externalId: 'x' };
  const { generation } = run;
  await Promise.all([
    reader.findSession('a'),
    reader.findSessionById(sessionId),
    reader.listSessions({ limit: 5 }),
    reader.listSessions({ limit: 5, agentId: 'main', before: '1.x' }),
    reader.listSessions({ limit: 5, archived: true }),
    reader.listSessions({ limit: 5, archived: false }),
    reader.listSessions({ limit: 5, search: 'agent' }),
    reader.listSessions({ limit: 5, search: 'ag', channel: 'telegram', archived: false }),
    reader.listSessions({ limit: 5, channel: 'telegram', agentId: 'main', before: '1.x' }),
    reader.listPersons({ limit: 5 }),

    reader.readTranscript({ sessionId, generation, afterSeq: 0, uptoSeq: 9, limit: 9 }),
    reader.readHistory({ sessionId, limit: 5 }),
    reader.findSummary({ sessionId, generation }),
    reader.findSummary({ sessionId, generation, uptoSeq: 1 }),
    reader.listSummaries({ sessionId, generation, limit: 5 }),
    reader.searchMessages({ query: 'hello', limit: 5, sessionKey: run.sessionKey }),
    reader.findRun(runId),
    reader.findInbound({ accountId: world.accountId, externalId: 'x' }),
    reader.readFate(runId),
    reader.readEvents({ sessionId, after: 0, limit: 5 }),
    reader.eventBounds(sessionId),
    reader.readOpenText(runId),
    reader.findWork(),
    reader.findDueSchedules({ now: 1, limit: 5 }),
    reader.nextScheduleAt(),
    reader.listSchedules({ limit: 5 }),
    reader.listSchedules({ owner: 'x', limit: 5 }),
    reader.findCheckpoint({ accountId: world.accountId }),
    reader.findIdentity(peer),
    reader.listPairings({ limit: 5 }),
    reader.findPairing(peer),
    reader.findPairingByCode({ codeHash: 'x' }),
    reader.listAllowed({ limit: 5 }),
    reader.findAllowed({ channel: 'telegram', account: 'x', externalId: 'x' }),
    reader.findDirect(peer),
    reader.findSeen({ ...peer, query: '', kind: 'people', limit: 5 }),
    reader.findSeen({ ...peer, query: '', kind: 'groups', limit: 5 }),
    reader.findTally({ key: 'x', windowMs: 1 }),
    reader.findToken({ hash: 'x', kind: 'api' }),
    reader.listApprovals({ limit: 5, sessionId }),
    reader.findApproval('x'),
    reader.listOutbound({ states: ['dead', 'sent', 'prepared'], limit: 5 }),
    reader.findOutbound('x'),
    reader.listRecentCalls({ since: 1 }),
    reader.findOwnMessage({ conversationId: 'x' }),
    reader.findSentMessage({ accountId: world.accountId, key: 'chat-1', messageId: 'x' }),
    reader.findOwnMessage({ conversationId: 'x', outboundId: 'y' }),
    reader.findConversation({ accountId: world.accountId, key: 'x' }),
    reader.findConversationById('x'),
    reader.counts(),
    reader.usage({ since: 0 }),
    reader.usage({ since: 0, sessionId }),
    ...(['day', 'agent', 'model', 'session', 'person'] as const).map((by) =>
      reader.usageBy({ since: 0, by, limit: 5 }),
    ),
    reader.listUncounted({ limit: 10 }),
    reader.listUncounted({ runId: 'x' }),
    reader.readSpending({ scopes: ['gateway', 'agent:main', 'person:x'] }),
    reader.listPins({ agentId: 'main', limit: 5 }),
    reader.listPins({ agentId: 'main', sessionKey: 'x', limit: 5 }),
    reader.readAudit({ limit: 5 }),
    reader.previewClosedGroups({ before: 1, wantChars: 9, keepArchived: true, after: 0, limit: 9 }),
    reader.countOldUsage({ before: 1 }),
    reader.countOldAudit({ before: 1 }),
    reader.verifySession({ sessionId }),
    reader.verifyAudit({}),
    reader.listAnchored({ limit: 5 }),
    reader.findValue({ namespace: 'x', key: 'x' }),
    reader.listValues({ namespace: 'x', limit: 5 }),
    reader.searchValues({ namespace: 'x', query: 'x', limit: 5 }),
    reader.findMediaTexts({ sha256s: [sha256] }),
    reader.findFilm({ sha256, by: 'x' }),
    reader.listMemoryFiles({ agentId: 'main', limit: 5 }),
    reader.searchMemoryText({ agentId: 'main', readers: ['x'], query: 'x', limit: 5 }),
    reader.searchMemoryVectors({
      agentId: 'main',
      readers: ['x'],
      model: 'm',
      vector: 'AACAPw==',
      limit: 5,
    }),
    reader.listUnembedded({ agentId: 'main', model: 'm', after: 0, limit: 5 }),
    reader.countMemory({ agentId: 'main', model: 'm' }),
    reader.listNamespaces({ prefix: 'x', limit: 5 }),
  ]);
  await journal.removeClosedGroups({
    before: 1,
    wantChars: 1,
    keepArchived: true,
    after: 0,
    limit: 1,
  });
  await journal.removeUsage({ before: 1, limit: 1 });
  await journal.removeAudit({ before: 1, limit: 1 });
  await usePurge(world);
}

async function useCodes({ journal }: World): Promise<void> {
  const guesses = { key: 'x', windowMs: 1, most: 9 };
  for (const decision of ['approved', 'refused'] as const)
    await journal.decidePairing({ codeHash: 'x', decision, by: 'x', outbound: [], guesses });
}

/** Of somebody with a chat of their own and a part in another one. */
async function usePurge(world: World): Promise<void> {
  const { journal, reader, accountId } = world;
  const account = { channel: 'telegram', accountId, externalId: '7001' };
  const principal = `person:telegram:${accountId}:7001`;
  const identity = { channel: 'telegram', externalId: '7001' };
  for (const session of ['agent:main:telegram:bot:dm:7001', 'agent:main:telegram:bot:group:1']) {
    await world.complete(await world.begin({ session, principal, identity }));
    await world.say({ session, principal });
  }
  await world.complete(await world.begin({ session: 'agent:main:telegram:bot:group:1' }));
  const [found] = await Promise.all([
    reader.findPerson({ channel: 'telegram', account: '', externalId: '7001' }),
    reader.findPerson({ personId: 'x' }),
    reader.listPurges({ limit: 5 }),
  ]);
  const trace = {
    personIds: [],
    names: [],
    ...found,
    accounts: [account],
    principals: [principal],
  };
  for (const part of personParts) await reader.listPersonRows({ trace, part, after: 0, limit: 9 });
  const { purgeId } = await journal.beginPurge({ purgeId: 'p', trace, by: 'owner' });
  for (const area of storedAreas)
    while (!(await journal.purgeSlice({ purgeId, area, words: 'x', limit: 50 })).done);
  await journal.endPurge({ purgeId });
}

/** A run that waits for an approval, and a message that withdraws it. */
async function freeOne({ begin, record, journal, say }: World): Promise<void> {
  const run = await begin();
  const gated = callOf(0, { gated: true });
  await journal.recordStep(record(run, 1, { calls: [gated] }));
  const { runId, fence } = run;
  const reason = { kind: 'approval', ref: 'ap-1' } as const;
  await journal.parkRun({ runId, fence, reason, approvals: [approvalOf('ap-1', gated)] });
  await say({ mode: 'steer' });
}

/** Forks, rewinds, imports and removals, of a session that has everything. */
async function useSessions(world: World, sourceKey: string): Promise<void> {
  const { journal, reader } = world;
  const fork = { sessionKey: 'agent:main:fork', agentId: 'main' };
  await journal.createSession({ sessionKey: 'agent:main:empty', agentId: 'main' });
  const { session } = await journal.forkSession({ sourceKey, ...fork, atEntry: 2 });
  await journal.rewindSession({ sessionKey: fork.sessionKey, toEntry: 1, closing: [] });
  await reader.readHistory({ sessionId: session.sessionId, limit: 5 });
  const done = await world.begin({ session: 'agent:main:done' });
  await world.complete(done);
  await journal.removeSession({ sessionKey: 'agent:main:done', by: 'owner' });
  const import1 = { importId: 'i', agentId: 'main', accountId: world.accountId, from: 0 };
  const said = { role: 'user' as const, parts: [{ type: 'text' as const, text: 'x' }] };
  await journal.importSession({
    ...import1,
    entries: [
      { kind: 'input', at: 1, messages: [said] },
      { kind: 'answer', at: 1, message: callingOf([callOf(0)]) },
      { kind: 'results', at: 1, message: { role: 'tool', parts: [resultOf('call-0')] } },
    ],
  });
  const address = { channel: 'telegram', account: 'bot', externalId: 'x' };
  await journal.linkPerson({ label: 'anna', address, by: 'owner' });
  await journal.unlinkPerson({ address, by: 'owner' });
  await journal.syncPersons({ persons: [{ label: 'anna', addresses: [address] }] });
  while ((await journal.sweep({ limit: 5 })).changed > 0);
}

/** Spawned, steered, interrupted, waited for, taken, stopped from above and alone. */
async function useSubagents(world: World): Promise<void> {
  const { journal, reader, begin, claim, complete, record, newId } = world;
  const run = await begin({ session: 'parent', mode: 'interrupt' });
  await journal.recordStep(record(run, 1, { calls: [callOf(0), callOf(1), callOf(2)] }));
  const { runId, fence, sessionId } = run;
  const body = { v: 1 as const, parts: [] };
  const bodyHash = 'hash';
  const spawn = (index: number, worker?: string): ReturnType<World['journal']['spawnSubagent']> =>
    journal.spawnSubagent({
      runId,
      fence,
      step: 1,
      index,
      subagentId: `sub-${index}`,
      kind: index === 0 ? 'task' : 'message',
      label: 'job',
      sessionKey: `sub-${index}`,
      agentId: 'main',
      lineage: ['main'],
      depth: 1,
      hops: 0,
      deadlineAt: 1,
      body,
      bodyHash,
      taint: [],
      mostOpen: 5,
      worker,
    });
  await useWorkers(world, (worker) => spawn(2, worker));
  const child = await spawn(0);
  await spawn(1);
  if (child.kind !== 'spawned') throw new TypeError('Nothing was spawned.');
  await claim(child.sessionId);
  const steer = { subagentId: 'sub-0', key: 'k', bodyHash, body, taint: [] };
  await journal.steerSubagent({ ...steer, inboundId: newId() });
  const place = { sessionId: child.sessionId, fence: newId(), closing: [] };
  const steered = await journal.interruptRun(place);
  if (steered) await complete(steered.run);
  await journal.takeResults({ runId, fence, step: 1, index: 0, timeoutMs: 0 });
  await world.say({ session: 'parent', mode: 'interrupt' });
  await journal.interruptRun({ sessionId, fence: newId(), closing: [] });
  await journal.abortRun({ sessionId, by: 'user', cancelQueued: true, closing: [] });
  await reader.findSubagent('sub-0');
  await reader.findConversationOfRun(run.runId);
  await reader.listSubagents({ sessionId, limit: 10 });
  await reader.listSubagents({ limit: 10 });
  await reader.listSubagents({ limit: 10, open: true });
  await reader.findSubagentTimers({ now: 1, limit: 10 });
}

/** Claimed twice, given up for lost, reported, finished; a token that is taken back. */
async function useWorkers(
  { journal, reader, newId, now }: World,
  spawn: (worker: string) => Promise<unknown>,
): Promise<void> {
  await spawn('builder');
  const lease = { worker: 'builder', holder: 'x', key: 'k' };
  await reader.findWorkerWork(lease);
  const claim = { ...lease, leaseMs: 1_000 };
  await journal.claimWorkerTask({ ...claim, fence: newId() });
  const task = await journal.claimWorkerTask({ ...claim, fence: newId() });
  if (!task) throw new TypeError('Nothing was claimed.');
  await reader.findWorkerWork({ ...lease, key: 'other' });
  await journal.renewWorkerLeases();
  await journal.expireWorkerLeases({ now: now() + 5_000, limit: 10 });
  const place = { taskId: task.taskId, holder: 'x', fence: task.fence };
  await journal.reportWorkerTask({ ...place, seq: 1, text: 'x' });
  await journal.finishWorkerTask({ ...place, seq: 2, outcome: 'completed', text: 'x' });
  await journal.removeTokens({ kind: 'api', name: 'x' });
}

/** A message with a file that a messenger holds, and its transcript. */
async function readHeld(world: World, fetched: FetchedMedia): Promise<void> {
  const inboundId = world.newId();
  const source = { kind: 'channel', inboundId, index: 0, accountId: 'x', ref: null } as const;
  const body = { v: 1 as const, parts: [{ type: 'image' as const, mimeType: 'x/y', source }] };
  const run = await world.begin({ inboundId, body, session: 'held', place: 'held' });
  await world.journal.putFetchedMedia({ inboundId, index: 0, fetched });
  await world.reader.readHistory({ sessionId: run.sessionId, limit: 5 });
}
