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

interface TestFile {
  /** The path of the file. */
  readonly name: string;
  readonly status: string;
  /** Why it could not be loaded, if it could not. */
  readonly message: string;
  readonly assertionResults: readonly {
    /** `passed`, `failed`, `skipped` or `todo`; `pending` where its process died before. */
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages: readonly string[];
  }[];
}

interface VitestReport {
  readonly testResults: readonly TestFile[];
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

const isOf = (status: string) => (test: { readonly status: string }) => test.status === status;

/** Counts a file that could not be loaded as one failed test. */
export function totalsOf({ testResults }: VitestReport): Totals {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(isOf('failed')),
  );
  const passed = tests.filter(isOf('passed')).length;
  const failed = tests.filter(isOf('failed')).length;
  return {
    passed,
    failed: failed + unloaded.length,
    skipped: tests.length - passed - failed,
  };
}

/** Of these files, those whose process died under them or before them. */
export function unfinishedOf(
  { testResults }: VitestReport,
  files: readonly string[],
): readonly string[] {
  const whole = testResults.filter(
    ({ assertionResults }) => !assertionResults.some(isOf('pending')),
  );
  const names = new Set(whole.map(({ name }) => name));
  return files.filter((file) => !names.has(file));
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

interface Run {
  readonly status: number;
  /** Undefined where vitest left none. */
  readonly report: VitestReport | undefined;
}

async function runVitest(name: string, config: string, files: readonly string[]): Promise<Run> {
  const file = join(results, `${name}.json`);
  mkdirSync(results, { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const command: Command = ['vitest', 'run', '--config', config, ...reporters, ...files];
  const { status } = await runCommand(command, 'shown');
  try {
    // vitest wrote it: https://vitest.dev/guide/reporters.html#json-reporter
    return { status, report: JSON.parse(readFileSync(file, 'utf8')) as VitestReport };
  } catch (error) {
    process.stdout.write(`${name}: vitest left no report (${String(error)})\n`);
    return { status, report: undefined };
  }
}

/**
 * Runs the test files of one vitest config, shown as they run. Where no test failed and a process of V8 died under its files, which
 * programs with many threads make it do now and then ("Check failed: jit_page.has_value()", https://github.com/nodejs/node/issues/64500),
 * these files are run once more: what we did ourselves happens again.
 */
async function runTests(name: string, config: string): Promise<Report> {
  const startedAt = performance.now();
  const first = await runVitest(name, config, []);
  let runs = [first];
  const again = first.status === 0 ? [] : diedUnder(first, await listFiles(config));
  if (again.length > 0) {
    process.stdout.write(`${name}: a process died under these files, they are run once more\n`);
    const second = await runVitest(`${name}-again`, config, again);
    runs = [{ status: 0, report: without(first.report, again) }, second];
  }
  const passed = runs.every(({ status, report }) => status === 0 && report);
  say(passed ? '✓' : '✗', name, startedAt);
  return runs.map((run) => reportOf(name, run)).reduce(merge);
}

/** Where a test failed there is something to mend first. */
function diedUnder({ report }: Run, files: readonly string[]): readonly string[] {
  return report && totalsOf(report).failed === 0 ? unfinishedOf(report, files) : [];
}

async function listFiles(config: string): Promise<readonly string[]> {
  const list: Command = ['vitest', 'list', '--filesOnly', '--config', config];
  const { printed } = await runCommand(list);
  const lines = printed.split('\n').filter((line) => /\.test\.tsx?$/.test(line));
  return lines.map((line) => join(root, line));
}

function without(report: VitestReport | undefined, files: readonly string[]): VitestReport {
  const { testResults = [] } = report ?? {};
  return { testResults: testResults.filter(({ name }) => !files.includes(name)) };
}

function reportOf(name: string, { status, report }: Run): Report {
  if (!report) return { totals: { ...none, failed: 1 }, failures: [name], details: [] };
  return {
    totals: totalsOf(report),
    failures: status === 0 ? [] : [name],
    details: detailsOf(report),
  };
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
