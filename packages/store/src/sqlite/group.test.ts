import { afterEach, describe, expect, it } from 'vitest';
import type { StorePointName } from './crash-point.ts';
import { createNoDisk, type Disk } from './disk.ts';
import { commitGroup, type GroupDeps } from './group.ts';
import { type Home, inMemory, openHome } from './open-home.ts';
import type { Call } from './wire.ts';

const homes: Home[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) home.close();
});

function open(disk: Disk = createNoDisk()): GroupDeps & { readonly points: StorePointName[] } {
  const points: StorePointName[] = [];
  const home = openHome(inMemory, { now: 1_000, point: () => {} });
  homes.push(home);
  return { home, disk, queue: { queued: 0 }, point: (name) => points.push(name), points };
}

const put = (id: number, size: number): Call => [
  id,
  'putValue',
  { namespace: 'n', key: `k${id}`, value: 'x'.repeat(size) },
];

const message = (inboundId: string): object => ({
  inboundId,
  accountId: 'http',
  externalId: inboundId,
  bodyHash: 'h',
  sessionKey: 's',
  agentId: 'main',
  principal: { id: 'p', kind: 'person', scopes: [] },
  provenance: { door: 'http', accountId: 'http', trust: 'paired' },
  taint: [],
  route: { kind: 'pull', door: 'http', stateless: false },
  mode: 'followup',
  body: { v: 1, parts: [] },
  verdict: { kind: 'queue' },
  bounds: { perSession: 9, total: 9 },
});
const answer = (lease: object): object => ({
  ...lease,
  step: 1,
  answer: { role: 'assistant', parts: [] },
  finish: 'stop',
  usage: { inputTokens: 0, outputTokens: 0 },
  provider: 'p',
  model: 'm',
  calls: [],
});

describe('a group', () => {
  it('passes each named point in order', () => {
    const deps = open();
    commitGroup(deps, [put(1, 1), put(2, 1)], 1_000);
    expect(deps.points).toEqual([
      'store.after.begin',
      'store.after.call',
      'store.after.call',
      'store.before.commit',
      'store.after.commit',
    ]);
  });

  it('tells an unknown operation and a broken input without harm to the others', () => {
    const deps = open();
    const replies = commitGroup(deps, [[1, 'dropTables', {}], put(2, 1), [3, 'putValue', null]], 1);
    expect(replies).toMatchObject([
      [1, null, { code: 'internal', message: 'There is no transaction dropTables.' }],
      [2],
      [3, null, { code: 'internal' }],
    ]);
  });

  it('frees the reserve for outcomes when the disk is full, and fails the rest', () => {
    let freed = 0;
    const deps = open({
      ...createNoDisk(),
      freeReserve() {
        freed += 1;
        deps.home.db.raw.exec('PRAGMA max_page_count = 100000');
        return true;
      },
    });
    const pages = deps.home.db.raw.prepare('PRAGMA page_count').get()?.['page_count'];
    deps.home.db.raw.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`);
    const unknownRun = {
      runId: 'none',
      fence: 'f',
      error: { code: 'x', message: 'y' },
      notice: [],
    };
    const replies = commitGroup(deps, [put(1, 100_000), [2, 'failRun', unknownRun]], 1_000);
    expect(freed).toBe(1);
    expect(replies).toMatchObject([
      [1, null, { code: 'store.full' }],
      [2, null, { code: 'run.not-found' }],
    ]);
  });

  it('stores how everything ends that had begun when the room ran out, and begins nothing', () => {
    let level: Disk['level'] = 'ok';
    const disk: Disk = {
      get level() {
        return level;
      },
      look: () => {},
      noteFull: () => {},
      freeReserve: () => false,
      keepReserve: () => {},
    };
    const deps = open(disk);
    const ask = (op: string, input: unknown): unknown =>
      commitGroup(deps, [[1, op, input]], 1_000)[0]?.slice(1);
    const [accepted] = ask('acceptInbound', message('in-1')) as [{ sessionId: string }]; // as AcceptResult says
    const { sessionId } = accepted;
    const lease = { runId: 'in-1', fence: 'f' };
    ask('claimRun', { sessionId, fence: 'f', collectMax: 1 });
    level = 'low';
    const full = [null, { code: 'store.full' }];
    expect(ask('acceptInbound', message('in-2'))).toMatchObject(full);
    expect(ask('claimRun', { sessionId, fence: 'g', collectMax: 1 })).toMatchObject(full);
    expect(ask('startCalls', { ...lease, step: 1, calls: [] })).toMatchObject(full);
    expect(ask('openBubble', { ...lease, draft: {} })).toEqual([]);
    expect(
      ask('completeRun', { ...lease, last: answer(lease), finish: 'stop', outbound: [] }),
    ).toMatchObject([{ kind: 'completed', inbounds: ['in-1'] }]);
  });

  it('leaves no count behind that was not committed', () => {
    const deps = open();
    commitGroup(deps, [[1, 'acceptInbound', { broken: true }]], 1_000);
    expect(deps.queue.queued).toBe(0);
    const stored = deps.home.db.raw.prepare('SELECT queued FROM store').get();
    expect(stored?.['queued']).toBe(0);
  });
});
