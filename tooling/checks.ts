import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Command, root, runCommand } from './steps.ts';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Report {
  /** Of the tests alone. */
  readonly totals: Totals;
  /** Names of the checks and suites that did not pass. */
  readonly failures: readonly string[];
  /** Each test that failed: its file, its name and the beginning of what it said. */
  readonly details: readonly string[];
}

interface Check {
  readonly name: string;
  readonly command: Command;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    /** The path of the file. */
    readonly name: string;
    readonly status: string;
    /** Why it could not be loaded, if it could not. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const turbo = (task: string): Command => ['turbo', 'run', task, '--output-logs=errors-only'];

/** The cheap ones first, so that a small slip is said at once. */
const checks: readonly Check[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'boundaries', command: ['turbo', 'boundaries'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'typecheck', command: ['tsc'] },
  { name: 'typecheck of the page', command: ['tsc', '-p', 'apps/web'] },
  { name: 'knip', command: ['knip', '--no-progress'] },
  { name: 'build', command: turbo('build') },
  { name: 'typecheck of the tests in a browser', command: ['tsc', '-p', 'e2e/browser'] },
  { name: 'packages', command: turbo('check-package') },
  { name: 'size', command: ['size-limit'] },
  {
    name: 'generated files',
    command: ['node', '--conditions=@cuttle/source', 'docs/generate.ts', '--check'],
  },
];

const results = join(root, '.results');
const none: Totals = { passed: 0, failed: 0, skipped: 0 };

const add = (left: Totals, right: Totals): Totals => ({
  passed: left.passed + right.passed,
  failed: left.failed + right.failed,
  skipped: left.skipped + right.skipped,
});

function say(mark: '✓' | '✗', name: string, startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${mark} ${name} (${seconds} s)\n`);
}

async function runCheck({ name, command }: Check): Promise<Report> {
  const startedAt = performance.now();
  const { status, printed } = await runCommand(command);
  say(status === 0 ? '✓' : '✗', name, startedAt);
  if (status === 0) return { totals: none, failures: [], details: [] };
  process.stdout.write(`${printed.trimEnd()}\n  ${command.join(' ')}\n\n`);
  return { totals: none, failures: [name], details: [] };
}

/** Counts a file that could not be loaded as one failed test. */
export function totalsOf(report: VitestReport): Totals {
  const unloaded = report.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** What failed, so that the end of a long log tells it again. */
export function detailsOf(report: VitestReport): string[] {
  return report.testResults
    .filter((file) => file.status === 'failed')
    .flatMap((file) => {
      const path = relative(root, file.name);
      const failed = file.assertionResults.filter((test) => test.status === 'failed');
      if (failed.length === 0) return [detailOf(path, file.message)];
      return failed.map((test) =>
        detailOf(`${path} > ${test.fullName}`, test.failureMessages.join('\n')),
      );
    });
}

const shownLines = 12;

function detailOf(title: string, message: string): string {
  const lines = message.split('\n').slice(0, shownLines);
  return [title, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** Runs the test files of one vitest config, shown as they run. */
async function runTests(name: string, config: string): Promise<Report> {
  const file = join(results, `${name}.json`);
  mkdirSync(results, { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const startedAt = performance.now();
  const command: Command = ['vitest', 'run', '--config', config, ...reporters];
  const { status } = await runCommand(command, 'shown');
  say(status === 0 ? '✓' : '✗', name, startedAt);
  try {
    // vitest wrote it: https://vitest.dev/guide/reporters.html#json-reporter
    const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    return {
      totals: totalsOf(report),
      failures: status === 0 ? [] : [name],
      details: detailsOf(report),
    };
  } catch (error) {
    const detail = `${name}: vitest left no report (${String(error)})`;
    return { totals: { ...none, failed: 1 }, failures: [name], details: [detail] };
  }
}

const merge = (left: Report, right: Report): Report => ({
  totals: add(left.totals, right.totals),
  failures: [...left.failures, ...right.failures],
  details: [...left.details, ...right.details],
});

/** Everything that is checked without starting the product: `pnpm validate`. */
export async function runChecks(): Promise<Report> {
  let report: Report = { totals: none, failures: [], details: [] };
  for (const check of checks) report = merge(report, await runCheck(check));
  return merge(report, await runTests('unit', 'vitest.config.ts'));
}

/** The suites that start the product: end-to-end, browser, crash and store. */
export function runSuites(): Promise<Report> {
  return runTests('e2e', 'vitest.e2e.config.ts');
}

/** Says what did not pass and, last, the totals. A failed check counts as a failed test, so that the line never hides one. */
export function conclude(reports: readonly Report[]): void {
  const { totals, failures, details } = reports.reduce(merge);
  const failed = Math.max(totals.failed, failures.length);
  for (const detail of details) process.stdout.write(`\n✗ ${detail}\n`);
  if (failures.length > 0) process.stdout.write(`\nNot passed: ${failures.join(', ')}\n`);
  process.stdout.write(`${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
