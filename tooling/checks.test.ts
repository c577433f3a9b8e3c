import { expect, it } from 'vitest';
import { totalsOf } from './checks.ts';

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

it('totals what vitest reports, to-dos among the skipped', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')],
  };
  expect(totalsOf(report)).toEqual({ passed: 3, failed: 1, skipped: 3 });
});

it('counts a file that could not be loaded as a failed test', () => {
  const report = {
    numPassedTests: 1,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [file('passed', 'passed'), file('failed')],
  };
  expect(totalsOf(report)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
