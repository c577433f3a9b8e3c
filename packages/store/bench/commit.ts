// Durable calls and turns per second of the SQLite store with its threads: `node --conditions=@cuttle/source bench/commit.ts [--json FILE]`.
/* oxlint-disable no-console, cuttle/no-ambient-time -- a benchmark measures time and prints figures */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import type { AcceptInput, OutboundDraft, Store } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';

const callers = [1, 32, 128];
const seconds = 3;

interface Figure {
  readonly name: string;
  readonly callers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

let ids = 0;
const newId = (): string => `0197b3a0-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`;

const figures: Figure[] = [];
for (const count of callers) {
  figures.push(await measure('acceptInbound', count, acceptOnce));
  figures.push(await measure('plain turn', count, turn));
}
for (const figure of figures)
  console.log(
    `${figure.name.padEnd(14)} ${String(figure.callers).padStart(4)} callers ${figure.perSecond.toFixed(0).padStart(7)} /s   p50 ${figure.p50Ms.toFixed(2)} ms   p99 ${figure.p99Ms.toFixed(2)} ms`,
  );
const at = argv.indexOf('--json');
const file = at < 0 ? undefined : argv[at + 1];
if (file !== undefined)
  writeFileSync(file, JSON.stringify({ name: 'store.commit', figures }, undefined, 2));

type Work = (place: Place, caller: number) => Promise<void>;
interface Place {
  readonly store: Store;
  readonly accountId: string;
}

/** Each caller has a session and a conversation of its own and begins anew when it is answered. */
async function measure(name: string, count: number, work: Work): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'cuttle-bench-'));
  const store = await openSqliteStore({
    path: join(folder, 'cuttle.db'),
    blobsPath: join(folder, 'blobs'),
  });
  const { accountId } = await store.journal.openAccount({
    channel: 'bench',
    name: 'bench',
    platformId: '1',
  });
  const place = { store, accountId };
  await drive(place, { count, ms: 500, work });
  const took = await drive(place, { count, ms: seconds * 1000, work });
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
  took.sort((left, right) => left - right);
  const quantile = (share: number): number => took[Math.floor(took.length * share)] ?? 0;
  return {
    name,
    callers: count,
    perSecond: took.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

async function drive(
  place: Place,
  { count, ms, work }: { count: number; ms: number; work: Work },
): Promise<number[]> {
  const took: number[] = [];
  const end = performance.now() + ms;
  const caller = async (index: number): Promise<void> => {
    for (let began = performance.now(); began < end; began = performance.now()) {
      await work(place, index);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => caller(index)));
  return took;
}

async function acceptOnce(place: Place, caller: number): Promise<void> {
  await accept(place, caller);
}

async function turn(place: Place, caller: number): Promise<void> {
  const { journal } = place.store;
  const { input, sessionId } = await accept(place, caller);
  const fence = newId();
  const run = await journal.claimRun({ sessionId, fence, collectMax: 10 });
  if (!run) throw new Error('Nothing to claim.');
  const text =
    'It is a quarter past three, and the train leaves in eleven minutes from platform four.';
  const { runId } = run;
  const draft: OutboundDraft = {
    outboundId: newId(),
    conversation: input.conversation ?? fail(),
    origin: `${runId}:final`,
    part: 0,
    kind: 'send',
    body: { v: 1, text, payload: { text } },
    ttlMs: 86_400_000,
  };
  const result = await journal.completeRun({
    runId,
    fence,
    finish: 'stop',
    last: {
      runId,
      fence,
      step: 1,
      answer: { role: 'assistant', parts: [{ type: 'text', text }] },
      finish: 'stop',
      usage: { inputTokens: 120, outputTokens: 20 },
      provider: 'local',
      model: 'm1',
      costMicros: 12,
      calls: [],
    },
    outbound: [draft],
  });
  if (result.kind !== 'completed') throw new Error(result.kind);
}

function fail(): never {
  throw new Error('The input has a conversation.');
}

async function accept(
  { store, accountId }: Place,
  caller: number,
): Promise<{ input: AcceptInput; sessionId: string }> {
  const inboundId = newId();
  const target = { chat: caller };
  const input: AcceptInput = {
    inboundId,
    accountId,
    externalId: `message:${inboundId}`,
    bodyHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    sessionKey: `agent:main:bench:1:dm:${caller}`,
    agentId: 'main',
    conversation: { accountId, key: `chat:${caller}`, target, group: false },
    principal: { id: `person:${caller}`, kind: 'person', scopes: [] },
    provenance: { door: 'bench', accountId, trust: 'paired' },
    taint: [],
    route: { kind: 'push', door: 'bench', accountId, target, chat: 'dm' },
    mode: 'followup',
    body: { v: 1, parts: [{ type: 'text', text: 'When does the next train to the coast leave?' }] },
    identity: { channel: 'bench', externalId: `user:${caller}`, name: 'Someone' },
    verdict: { kind: 'queue' },
    bounds: { perSession: 1e9, total: 1e9 },
  };
  const result = await store.journal.acceptInbound(input);
  if (result.kind !== 'accepted') throw new Error(result.kind);
  return { input, sessionId: result.sessionId };
}
