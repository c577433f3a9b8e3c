import { type ChildProcess, spawn } from 'node:child_process';

/** A program to start; nothing is inherited but what stands here. */
export interface ProgramCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One life of a program. */
export interface Program {
  readonly pid: number | undefined;
  /** Undefined while it runs. */
  readonly ended: ProgramEnd | undefined;
  /** Resolves when it is gone, however it went. Never rejects. */
  readonly end: Promise<ProgramEnd>;
  /** The newest of what it wrote to both streams. */
  readonly output: string;
  /** Sends a signal, if it runs; `end` tells when it is gone. */
  signal(name: NodeJS.Signals): void;
}

const keptCharacters = 64_000;

export function startProgram({ file, args, env }: ProgramCommand): Program {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let ended: ProgramEnd | undefined;
  const hear = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-keptCharacters);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const end = untilGone(child, hear).then((how) => {
    ended = how;
    return how;
  });
  return {
    pid: child.pid,
    get ended() {
      return ended;
    },
    end,
    get output() {
      return output;
    },
    signal: (name) => void child.kill(name),
  };
}

/** `close` comes after `exit`, when both streams are read to their end. */
function untilGone(child: ChildProcess, hear: (chunk: Buffer) => void): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      hear(Buffer.from(`The program did not start: ${error.message}\n`));
      resolve({ code: 127, signal: null });
    });
  });
}
