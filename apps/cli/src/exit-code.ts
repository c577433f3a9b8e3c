import type { CuttleError } from '@cuttle/core-types/errors';

/** Exit statuses of the program. */
export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  notRunning: 3,
  denied: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What each status means, for the help and the reference. */
export const exitMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCode.ok, 'done'],
  [exitCode.failure, 'it failed; the message says why and what to do'],
  [exitCode.usage, 'the command line is not right'],
  [exitCode.notRunning, 'no gateway answers'],
  [exitCode.denied, 'the gateway refuses access'],
  [exitCode.interrupted, 'stopped by Ctrl-C'],
];

export function exitCodeOf({ code }: CuttleError): ExitCode {
  if (code === 'gateway.not-running') return exitCode.notRunning;
  return code.startsWith('access.') ? exitCode.denied : exitCode.failure;
}
