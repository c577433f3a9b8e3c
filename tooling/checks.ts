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
  /** The same of tests that failed beside others and passed alone. */
  readonly unsteady: readonly string[];
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
const empty: Report = { totals: none, failures: [], details: [], unsteady: [] };

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
  if (status === 0) return empty;
  process.stdout.write(`${printed.trimEnd()}\n  ${command.join(' ')}\n\n`);
  return { ...empty, failures: [name] };
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

/** More failed files than these are no accident of a busy machine. */
const mostUnsteady = 3;

/** What proves that nothing is lost or done twice has to hold each time, on any machine. */
const promises = /\/(?:crash|soak|channels|store|runtime)\//;

/**
 * Files with failed tests, where they are few and each may be run once more alone: a shared machine makes the one or other wait longer than it was
 * given. None, where one of them proves a promise.
 */
export function unsteadyOf({ testResults }: VitestReport): readonly string[] {
  const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  const mayBe =
    failed.length <= mostUnsteady && !failed.some((name) => promises.test(relative(root, name)));
  return mayBe ? failed : [];
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

async function runVitest(name: string, config: string, more: readonly string[] = []): Promise<Run> {
  const file = join(results, `${name}.json`);
  mkdirSync(results, { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const command: Command = ['vitest', 'run', '--config', config, ...reporters, ...more];
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
 * Runs the test files of one vitest config, shown as they run. Some are run once more, alone, which is said at the end: those whose process died
 * under them, which V8 does now and then in programs with many threads ("Check failed: jit_page.has_value()",
 * https://github.com/nodejs/node/issues/64500), and a few that failed beside others. What is our own fault happens again.
 */
async function runTests(name: string, config: string): Promise<Report> {
  const startedAt = performance.now();
  const first = await runVitest(name, config);
  let runs = [first];
  const again = first.status === 0 ? [] : toRepeat(first, await listFiles(config));
  if (again.length > 0) {
    const paths = again.map((file) => `\n  ${relative(root, file)}`).join('');
    process.stdout.write(`\n${name}: run once more, alone:${paths}\n`);
    const second = await runVitest(`${name}-again`, config, ['--maxWorkers=1', ...again]);
    runs = [{ status: 0, report: without(first.report, again) }, second];
  }
  const passed = runs.every(({ status, report }) => status === 0 && report);
  say(passed ? '✓' : '✗', name, startedAt);
  const unsteady = passed && again.length > 0 && first.report ? detailsOf(first.report) : [];
  return runs.map((run) => reportOf(name, run)).reduce(merge, { ...empty, unsteady });
}

function toRepeat({ report }: Run, files: readonly string[]): readonly string[] {
  if (!report) return [];
  const unsteady = unsteadyOf(report);
  // A failure that has to be mended first is not buried under a second run.
  if (totalsOf(report).failed > 0 && unsteady.length === 0) return [];
  return [...new Set([...unsteady, ...unfinishedOf(report, files)])];
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
  if (!report) return { ...empty, totals: { ...none, failed: 1 }, failures: [name] };
  return {
    ...empty,
    totals: totalsOf(report),
    failures: status === 0 ? [] : [name],
    details: detailsOf(report),
  };
}

const merge = (left: Report, right: Report): Report => ({
  totals: add(left.totals, right.totals),
  failures: [...left.failures, ...right.failures],
  details: [...left.details, ...right.details],
  unsteady: [...left.unsteady, ...right.unsteady],
});

/** Everything that is checked without starting the product: `pnpm validate`. */
export async function runChecks(): Promise<Report> {
  let report = empty;
  for (const check of checks) report = merge(report, await runCheck(check));
  return merge(report, await runTests('unit', 'vitest.config.ts'));
}

/** The suites that start the product: end-to-end, browser, crash and store. */
export function runSuites(): Promise<Report> {
  return runTests('e2e', 'vitest.e2e.config.ts');
}

/** Says what did not pass and, last, the totals. A failed check counts as a failed test, so that the line never hides one. */
export function conclude(reports: readonly Report[]): void {
  const { totals, failures, details, unsteady } = reports.reduce(merge);
  const failed = Math.max(totals.failed, failures.length);
  for (const detail of unsteady)
    process.stdout.write(`\n~ failed beside others, passed alone: ${detail}\n`);
  for (const detail of details) process.stdout.write(`\n✗ ${detail}\n`);
  if (failures.length > 0) process.stdout.write(`\nNot passed: ${failures.join(', ')}\n`);
  process.stdout.write(`${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
