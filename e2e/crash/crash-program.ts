import { parseArgs } from 'node:util';
import { runCrashes } from './run-crashes.ts';
import { type ShapeName, shapes } from './shapes.ts';

// Crash runs as a program, for the benchmarks: prints faults as they come and, last, the tally as one line of JSON.
const { values } = parseArgs({
  options: {
    // Which cycles: crashes at instants, in recoveries, at random moments, or all of them.
    only: { type: 'string', default: 'all' },
    // Only cycles with one of these shapes of turns, random moments of these alone: `compact,subagents`.
    shapes: { type: 'string' },
    hits: { type: 'string', default: '2' },
    moments: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    // A piece of them: from this one on, for so long.
    from: { type: 'string', default: '0' },
    seconds: { type: 'string', default: 'Infinity' },
  },
});
const has = (kind: string): boolean => values.only === 'all' || values.only === kind;
function toShapeName(text: string): ShapeName {
  if (Object.hasOwn(shapes, text)) return text as ShapeName; // its keys are the names
  throw new TypeError(`There is no shape ${text}. There are: ${Object.keys(shapes).join(', ')}.`);
}
const tally = await runCrashes(
  {
    shapes: values.shapes?.split(',').map(toShapeName),
    hits: has('points') ? Number(values.hits) : 0,
    recoveries: has('recoveries'),
    moments: has('moments') ? Number(values.moments) : 0,
    seed: Number(values.seed),
    from: Number(values.from),
    withinMs: Number(values.seconds) * 1000,
  },
  (line) => process.stderr.write(`${line}\n`),
);
process.stdout.write(`${JSON.stringify(tally)}\n`);
process.exit(0);
