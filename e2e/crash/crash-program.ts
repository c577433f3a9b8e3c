import { parseArgs } from 'node:util';
import { runCrashes } from './run-crashes.ts';

// The full crash run as a program, for the benchmarks: prints faults as they come and, last, the tally as one line of JSON.
const { values } = parseArgs({
  options: {
    hits: { type: 'string', default: '2' },
    moments: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
  },
});
const { hits, moments, seed } = values;
const tally = await runCrashes(
  { hits: Number(hits), recoveries: true, moments: Number(moments), seed: Number(seed) },
  (line) => process.stderr.write(`${line}\n`),
);
process.stdout.write(`${JSON.stringify(tally)}\n`);
process.exit(0);
