import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCode, exitCodeOf } from './exit-code.ts';
import { Interrupted } from './job.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';

/** Runs one command line. Resolves with the exit status and never rejects. */
export async function runCli(context: CliContext, argv: readonly string[]): Promise<number> {
  let status: number = exitCode.ok;
  const program = createProgram(context, (code) => {
    status = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    return tell(error, createOutput(context, argv.includes('--json')));
  }
}

function tell(error: unknown, output: ReturnType<typeof createOutput>): ExitCode {
  if (error instanceof Interrupted) return exitCode.interrupted;
  const known = isCuttleError(error)
    ? error
    : new CuttleError('internal', error instanceof Error ? error.message : String(error), {
        cause: error,
        hint: 'This is a fault of the program: please report it with the command you ran.',
      });
  output.fail(known);
  return exitCodeOf(known);
}
