import { setTimeout as sleep } from 'node:timers/promises';
import { type Program, type ProgramCommand, type ProgramEnd, startProgram } from './program.ts';

/** An instant by name: the program kills itself at its `hit`-th passing. */
export interface CrashInstant {
  readonly name: string;
  readonly hit: number;
}

export interface VictimOptions {
  /** How it is started; `CUTTLE_CRASH_POINT` is added where a life has an instant to die at. */
  readonly command: ProgramCommand;
  /** Answers 200 once the program takes messages. */
  readonly readyUrl: string;
  /** A life that is not ready by then is a fault; 30 s without it. */
  readonly readyMs?: number;
}

/**
 * A program that is killed and started again, one life at a time, over the same data. Contract:
 * - `start` resolves when the life is ready, or dead before it was;
 * - a life that ends in any other way than by SIGKILL or an asked-for end is in `faults`, with what it wrote;
 * - disposal kills what runs.
 */
export interface Victim extends AsyncDisposable {
  start(instant?: CrashInstant): Promise<'ready' | 'dead'>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process is gone, by itself or at an instant. */
  stop(): Promise<ProgramEnd>;
  /** Resolves when this life has ended. */
  died(): Promise<ProgramEnd>;
  readonly running: boolean;
  readonly lives: number;
  /** Lives that ended by SIGKILL. */
  readonly kills: number;
  /** Ms from the start of a life until it was ready, of every life that was. */
  readonly readyAfterMs: readonly number[];
  readonly faults: readonly string[];
  /** The newest output of this life. */
  readonly output: string;
}

const lookEveryMs = 10;
const pointVariable = 'CUTTLE_CRASH_POINT';

// oxlint-disable-next-line max-lines-per-function -- one life's state and the few calls over it read best together
export function createVictim({ command, readyUrl, readyMs = 30_000 }: VictimOptions): Victim {
  const readyAfterMs: number[] = [];
  const faults: string[] = [];
  let life: Program | undefined;
  let lives = 0;
  let kills = 0;
  let wanted = false;
  const watch = async (program: Program): Promise<void> => {
    const { code, signal } = await program.end;
    if (signal === 'SIGKILL') kills += 1;
    else if (!wanted)
      faults.push(`It ended by itself (${signal ?? `code ${code}`}): ${program.output.trim()}`);
  };
  const current = (): Program => {
    if (!life) throw new TypeError('It was never started.');
    return life;
  };
  return {
    async start(instant) {
      if (life && !life.ended) throw new TypeError('One life at a time: it runs.');
      const env = {
        ...command.env,
        ...(instant && { [pointVariable]: `${instant.name}:${instant.hit}` }),
      };
      wanted = false;
      lives += 1;
      life = startProgram({ ...command, env });
      void watch(life); // `end` never rejects
      const startedAt = performance.now();
      const state = await untilReady(life, { readyUrl, deadline: startedAt + readyMs });
      if (state === 'ready') readyAfterMs.push(performance.now() - startedAt);
      if (state === 'late') faults.push(`It was not ready after ${readyMs} ms: ${life.output}`);
      return state === 'ready' ? 'ready' : 'dead';
    },
    async kill() {
      current().signal('SIGKILL');
      await current().end;
    },
    stop() {
      wanted = true;
      current().signal('SIGTERM');
      return current().end;
    },
    died: () => current().end,
    get running() {
      return life !== undefined && life.ended === undefined;
    },
    get lives() {
      return lives;
    },
    get kills() {
      return kills;
    },
    readyAfterMs,
    faults,
    get output() {
      return life?.output ?? '';
    },
    async [Symbol.asyncDispose]() {
      if (!life || life.ended) return;
      life.signal('SIGKILL');
      await life.end;
    },
  };
}

/** Asks every 10 ms: nobody tells from outside when a process is ready. */
async function untilReady(
  life: Program,
  { readyUrl, deadline }: { readyUrl: string; deadline: number },
): Promise<'ready' | 'dead' | 'late'> {
  while (!life.ended) {
    if (await isReady(readyUrl)) return 'ready';
    if (performance.now() > deadline) {
      life.signal('SIGKILL');
      await life.end;
      return 'late';
    }
    await Promise.race([sleep(lookEveryMs), life.end]);
  }
  return 'dead';
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false; // nobody listens yet, or not any more
  }
}
