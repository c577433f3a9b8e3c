import { setTimeout as sleep } from 'node:timers/promises';
import { createGuardedFetch } from '@cuttle/security/fetch';
import { openSqliteStore } from '@cuttle/store/sqlite';
import {
  createFetchTool,
  createMathEvaluator,
  createMathTools,
  createNoteTools,
  createPageConverter,
} from '@cuttle/tools';

const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
};
await using store = await openSqliteStore({ path: 'data/cuttle.db', blobsPath: 'data/blobs' });
await using evaluator = createMathEvaluator({ clock });
await using converter = createPageConverter({ clock });
const tools = [
  ...createMathTools(evaluator),
  ...createNoteTools({ reader: store.reader, journal: store.journal }),
  ...createFetchTool({ fetch: createGuardedFetch(), convert: converter.convert }),
];
for (const { name, effect, risk } of tools) console.log(`${name}: ${effect}, ${risk}`);
