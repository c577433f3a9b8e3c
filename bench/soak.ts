import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atMost, type Bench, figure, type Piece, type Row } from './report.ts';

const program = fileURLToPath(new URL('../e2e/soak/soak-program.ts', import.meta.url));
const channels = ['telegram', 'discord', 'slack', 'slack-http', 'whatsapp', 'whatsapp-web'];
/** How many times as fast as the clock time goes, for gateway and platforms alike. */
const factor = 10;
const options = ['messages', 'conversations', 'kills', 'seed', 'looks'];

interface Tally {
  readonly limits: string;
  readonly said: number;
  readonly answered: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly misordered: readonly string[];
  readonly violations: readonly string[];
  readonly ambiguous: number;
  readonly beyond: number;
  readonly refusals: readonly string[];
  readonly struck: Readonly<Record<'limited' | 'failed' | 'cut' | 'cutSends', number>>;
  readonly repeats: number;
  readonly kills: number;
  readonly wallMs: number;
  readonly residentMb: { readonly start: number; readonly end: number };
  /** With `--looks`, of one life that is not killed. */
  readonly memory: readonly Look[];
}

interface Look {
  readonly said: number;
  readonly residentMb: number;
  readonly heapMb: number;
  readonly heapTotalMb: number;
  readonly externalMb: number;
  readonly heldMb: number;
  readonly residentAfterMb: number;
}

/** Ten thousand messages on each messenger while its calls fail and the gateway is killed, judged as people and platforms see it. */
export const soakBench: Bench = {
  name: 'soak',
  title: `10,000 messages in 200 conversations, 8 % of all calls fail, ten kill -9; time goes ${factor} times as fast, for the platforms' limits, too`,
  async run(report, piece) {
    const wanted = piece['channel'] === undefined ? channels : [piece['channel']];
    for (const channel of wanted) {
      const tally = await runProgram(channel, piece);
      reportTally(report, channel, tally);
      for (const what of ['lost', 'doubled', 'misordered', 'violations', 'refusals'] as const)
        for (const one of tally[what].slice(0, 10)) process.stderr.write(`${what}: ${one}\n`);
    }
  },
};

function reportTally(report: (row: Row) => void, channel: string, tally: Tally): void {
  const { struck, residentMb } = tally;
  const none = { limit: 0, unit: '' } as const;
  const plain = { unit: '' } as const;
  const faults = `${struck.limited} × 429, ${struck.failed} × 5xx, ${struck.cut} connections dropped, ${tally.kills} kills, ${tally.repeats} events told again`;
  report(figure(`${channel}: sent`, tally.said, { ...plain, note: faults }));
  report(figure(`${channel}: answered`, tally.answered, plain));
  report(atMost(`${channel}: lost`, tally.lost.length, none));
  report(atMost(`${channel}: doubled`, tally.doubled.length, none));
  const cut = `${tally.ambiguous} in all: seen once, or listed as unconfirmed, since a send was cut`;
  report(atMost(`${channel}: ambiguous beyond cut sends`, tally.beyond, { ...none, note: cut }));
  report(atMost(`${channel}: out of order`, tally.misordered.length, none));
  report(
    atMost(`${channel}: over the limits, by its count`, tally.refusals.length, {
      ...none,
      note: tally.limits,
    }),
  );
  report(atMost(`${channel}: other broken promises`, tally.violations.length, none));
  report(figure(`${channel}: wall time`, tally.wallMs / 1000, { unit: 's' }));
  report(figure(`${channel}: memory at the start`, residentMb.start, { unit: 'MB' }));
  report(figure(`${channel}: memory at the end`, residentMb.end, { unit: 'MB' }));
  for (const look of tally.memory) reportLook(report, channel, look);
}

/** What grows with what was said must be none of what is held. */
function reportLook(report: (row: Row) => void, channel: string, look: Look): void {
  const mb = (value: number): string => `${Math.round(value)} MB`;
  const note = `${mb(look.residentMb)} resident, ${mb(look.heapMb)} of ${mb(look.heapTotalMb)} heap, ${mb(look.externalMb)} outside of it; ${mb(look.residentAfterMb)} resident after that`;
  const name = `${channel}: held after ${look.said} messages, garbage collected`;
  report(figure(name, look.heldMb, { unit: 'MB', note }));
}

async function runProgram(channel: string, piece: Piece): Promise<Tally> {
  const given = options.flatMap((name) => {
    const value = piece[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  const child = spawn(
    process.execPath,
    [
      '--conditions=@cuttle/source',
      program,
      `--channel=${channel}`,
      `--factor=${factor}`,
      ...given,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const last = text.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last) as Tally; // printed by the program above
}
