import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atMost, type Bench, figure } from './report.ts';

const program = fileURLToPath(new URL('../e2e/crash/crash-program.ts', import.meta.url));

interface Tally {
  readonly points: number;
  readonly cycles: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  readonly misordered: number;
  readonly ambiguous: number;
  readonly violations: number;
}

/** Kills the real server at every named instant and at random moments, and judges from outside what came of it. */
export const crashBench: Bench = {
  name: 'crash',
  title: 'kill -9 at every instrumented instant and at 300 random moments (some ten minutes)',
  async run(report) {
    const { points, cycles, kills, lost, doubled, misordered, ambiguous, violations } =
      await runProgram();
    report(figure('points', points, { unit: '', note: `${cycles} cycles` }));
    report(figure('kills', kills, { unit: '' }));
    report(atMost('lost', lost, { limit: 0, unit: '' }));
    report(atMost('doubled', doubled, { limit: 0, unit: '' }));
    report(atMost('out of order', misordered, { limit: 0, unit: '' }));
    report(atMost('other broken invariants', violations, { limit: 0, unit: '' }));
    report(
      figure('ambiguous', ambiguous, {
        unit: '',
        note: 'sends cut before their receipt, sent again with a mark',
      }),
    );
  },
};

async function runProgram(): Promise<Tally> {
  const child = spawn(process.execPath, ['--conditions=@cuttle/source', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const last = text.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last) as Tally; // printed by the program above
}
