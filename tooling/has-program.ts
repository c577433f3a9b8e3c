import { execFileSync } from 'node:child_process';

/** Whether a program that is asked with `-version` is installed here: for suites that are skipped, and say so, where it is not. */
export function hasProgram(program: string): boolean {
  try {
    execFileSync(program, ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed
  }
}
