import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detailsOf, totalsOf, unfinishedOf, unsteadyOf } from './checks.ts';
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
    testResults: [
      file('passed', 'passed', 'passed', 'todo', 'skipped', 'skipped'),
      file('failed', 'passed', 'failed'),
    ],
  };
  expect(totalsOf(report)).toEqual({ passed: 3, failed: 1, skipped: 3 });
});

it('counts a file that could not be loaded as a failed test', () => {
  const report = {
    testResults: [file('passed', 'passed'), file('failed')],
  };
  expect(totalsOf(report)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

it('tells each failed test, and each file that could not be loaded, by file and reason', () => {
  const report = {
    testResults: [file('passed', 'passed'), file('failed', 'passed', 'failed'), file('failed')],
  };
  expect(detailsOf(report)).toEqual([
    'tooling/some.test.ts > case 1\n    expected 1 to be 2\n        at some.test.ts',
    'tooling/some.test.ts\n    no such module',
  ]);
});

it('knows the files whose process died under them, or before them', () => {
  const named = (name: string, ...tests: readonly string[]) => ({
    ...file('passed', ...tests),
    name,
  });
  const report = { testResults: [named('a', 'passed', 'skipped'), named('b', 'pending')] };
  expect(unfinishedOf(report, ['a', 'b', 'c'])).toEqual(['b', 'c']);
});

it.each<[string, readonly string[], readonly string[]]>([
  [
    'a few',
    ['e2e/gateway/a.test.ts', 'e2e/browser/b.test.ts'],
    ['e2e/gateway/a.test.ts', 'e2e/browser/b.test.ts'],
  ],
  ['too many', ['1', '2', '3', '4'].map((name) => `e2e/gateway/${name}.test.ts`), []],
  ['none beside one that proves a promise', ['e2e/gateway/a.test.ts', 'e2e/crash/b.test.ts'], []],
])('runs failed files once more: %s', (_what, failed, again) => {
  const named = (status: string) => (name: string) => ({
    ...file(status, status),
    name: join(root, name),
  });
  const testResults = [...failed.map(named('failed')), named('passed')('e2e/cli/c.test.ts')];
  expect(unsteadyOf({ testResults })).toEqual(again.map((name) => join(root, name)));
});
