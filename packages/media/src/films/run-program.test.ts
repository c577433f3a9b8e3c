import { tmpdir } from 'node:os';
import { execPath } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { isCuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { type ProgramLimits, runProgram } from './run-program.ts';

const clock = {
  monotonic: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal }),
};
const wide: ProgramLimits = {
  timeoutMs: 60_000,
  maxOutputBytes: 1_000_000,
  maxMemoryBytes: 2_000_000_000,
};
const endless = 'setInterval(() => undefined, 1000);';

function run(
  code: string,
  limits: Partial<ProgramLimits> = {},
  { file = execPath, signal = new AbortController().signal } = {},
): ReturnType<typeof runProgram> {
  const call = { file, args: ['-e', code], env: { SAID: 'yes' }, folder: tmpdir() };
  return runProgram({ ...call, limits: { ...wide, ...limits } }, clock, signal);
}

async function faultOf(running: Promise<unknown>): Promise<string> {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isCuttleError(error) ? `${error.code}: ${error.message}` : String(error);
}

describe('runProgram', () => {
  it('gives what a program prints, and what it ended with', async () => {
    const code =
      'console.error("hm"); process.stdout.write(Object.keys(process.env).join()); process.exitCode = 3;';
    const { status, output, trouble } = await run(code);
    expect([status, output.toString(), trouble]).toEqual([3, 'SAID', 'hm\n']);
  });

  it('ends one that passes a limit', async () => {
    expect(await faultOf(run(endless, { timeoutMs: 50 }))).toBe(
      'media.unreadable: The film was not read within 50 ms.',
    );
    const talk = 'for (;;) require("node:fs").writeSync(1, "x".repeat(9999));';
    expect(await faultOf(run(talk, { maxOutputBytes: 50_000 }))).toContain('more than it may');
  });

  it.runIf(process.platform === 'linux')('ends one that holds too much memory', async () => {
    const held = run(endless, { maxMemoryBytes: 1_000_000 });
    expect(await faultOf(held)).toContain('too much memory');
  });

  it('ends with whoever waits for it, and says where there is none', async () => {
    const stopping = new AbortController();
    const running = run(endless, {}, { file: execPath, signal: stopping.signal });
    stopping.abort(new Error('enough'));
    expect(await faultOf(running)).toBe('Error: enough');
    const nowhere = { file: '/no/such/program', signal: new AbortController().signal };
    expect(await faultOf(run('', {}, nowhere))).toContain('media.no-decoder');
  });
});
