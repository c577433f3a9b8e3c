import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { crashBench } from './crash.ts';
import { growthBench } from './growth.ts';
import { loadBench } from './load.ts';
import { longBench } from './long.ts';
import { machineBench } from './machine.ts';
import { memoryBench } from './memory.ts';
import { providersBench } from './providers.ts';
import type { Bench, Row } from './report.ts';
import { printRow } from './report.ts';
import { removalBench } from './removal.ts';
import { searchBench } from './search.ts';
import { soakBench } from './soak.ts';
import { socketsBench } from './sockets.ts';
import { startBench } from './start.ts';
import { subagentsBench } from './subagents.ts';
import { turnBench } from './turn.ts';

const benches: readonly Bench[] = [
  machineBench,
  startBench,
  turnBench,
  providersBench,
  loadBench,
  socketsBench,
  growthBench,
  longBench,
  searchBench,
  removalBench,
  subagentsBench,
  memoryBench,
  crashBench,
  soakBench,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    // Of `providers`: a dialect alone. Of `crash`: which cycles of its plan (points, recoveries, moments), drawn from which number, from which one on, for so long.
    only: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    seconds: { type: 'string' },
    // Of `crash`: only cycles of these shapes, `compact,subagents`.
    shapes: { type: 'string' },
    // Of `soak`: one messenger alone, how many messages in how many conversations, how many kills. Of `removal`: in how many the messages are.
    channel: { type: 'string' },
    messages: { type: 'string' },
    conversations: { type: 'string' },
    kills: { type: 'string' },
    // Of `soak`: one life whose memory is looked at so often.
    looks: { type: 'string' },
    // Of `long`: how many.
    turns: { type: 'string' },
  },
});
const { json, ...piece } = values;
const wanted =
  positionals.length === 0 ? benches : benches.filter(({ name }) => positionals.includes(name));
if (wanted.length === 0) {
  process.stderr.write(
    `There is no such benchmark. There are: ${benches.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}
const rows: Row[] = [];
for (const { name, title, run } of wanted) {
  process.stdout.write(`\n${name}: ${title}\n`);
  await run((row) => {
    rows.push(row);
    process.stdout.write(`${printRow(row)}\n`);
  }, piece);
}
const missed = rows.filter(({ ok }) => ok === false);
process.stdout.write(
  missed.length === 0
    ? '\nEvery limit held.\n'
    : `\nLimits missed: ${missed.map(({ name }) => name).join(', ')}.\n`,
);
if (json !== undefined)
  await writeFile(json, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
