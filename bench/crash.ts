import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atMost, type Bench, figure, type Piece } from './report.ts';

const program = fileURLToPath(new URL('../e2e/crash/crash-program.ts', import.meta.url));

interface Tally {
  readonly passed: readonly string[];
  readonly cycles: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  readonly misordered: number;
  readonly ambiguous: number;
  readonly violations: number;
  readonly next?: number;
}

/** Kills the real server at every named instant and at random moments, and judges from outside what came of it. */
export const crashBench: Bench = {
  name: 'crash',
  title: 'kill -9 at every instrumented instant and at 300 random moments (some twenty minutes)',
  async run(report, piece) {
    const { passed, cycles, kills, next, ambiguous, ...wrong } = await runProgram(piece);
    const rest = next === undefined ? '' : `; the plan goes on with --from ${next}`;
    report(figure('points', passed.length, { unit: '', note: `${cycles} cycles${rest}` }));
    report(figure('kills', kills, { unit: '' }));
    report(atMost('lost', wrong.lost, { limit: 0, unit: '' }));
    report(atMost('doubled', wrong.doubled, { limit: 0, unit: '' }));
    report(atMost('out of order', wrong.misordered, { limit: 0, unit: '' }));
    report(atMost('other broken invariants', wrong.violations, { limit: 0, unit: '' }));
    report(
      figure('ambiguous', ambiguous, {
        unit: '',
        note: 'sends cut before their receipt: sent again with a mark, or listed as unconfirmed',
      }),
    );
  },
};

async function runProgram(piece: Piece): Promise<Tally> {
  const options = Object.entries(piece).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(process.execPath, ['--conditions=@cuttle/source', program, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const last = text.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last) as Tally; // printed by the program above
}
