import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detailsOf, totalsOf } from './checks.ts';
import { root } from './steps.ts';

const file = (status: string, ...tests: readonly string[]) => ({
  name: join(root, 'tooling/some.test.ts'),
  status,
  message: 'no such module',
  assertionResults: tests.map((test, index) => ({
    status: test,
    fullName: `case ${index}`,
    failureMessages: test === 'failed' ? ['expected 1 to be 2\n    at some.test.ts'] : [],
  })),
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

it('tells each failed test, and each file that could not be loaded, by file and reason', () => {
  const report = {
    numPassedTests: 1,
    numFailedTests: 1,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [file('passed', 'passed'), file('failed', 'passed', 'failed'), file('failed')],
  };
  expect(detailsOf(report)).toEqual([
    'tooling/some.test.ts > case 1\n    expected 1 to be 2\n        at some.test.ts',
    'tooling/some.test.ts\n    no such module',
  ]);
});
