import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders: string[] = [];

function lint(rule: string, source: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'cuttle-lint-'));
  folders.push(folder);
  const config = {
    categories: { correctness: 'off' },
    jsPlugins: [join(root, 'tooling/oxlint-plugin.ts')],
    rules: { [`cuttle/${rule}`]: 'error' },
  };
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'subject.ts'), source);
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const run = spawnSync(oxlint, ['--format', 'json', 'subject.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const report: { diagnostics: readonly unknown[] } = JSON.parse(run.stdout);
  return report.diagnostics.length;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('no-ambient-time', () => {
  it('refuses the wall clock, the monotonic clock and ambient randomness', () => {
    const source =
      'export const all = [Date.now(), new Date(), Date(), performance.now(), Math.random()];';
    expect(lint('no-ambient-time', source)).toBe(5);
  });

  it('allows conversions of a given time', () => {
    const source = "export const at = [new Date(0), Date.parse('2026-01-01'), Math.floor(1.5)];";
    expect(lint('no-ambient-time', source)).toBe(0);
  });
});

describe('no-export-all', () => {
  it('refuses export * and allows named exports', () => {
    expect(lint('no-export-all', "export * from './run-hub.ts';")).toBe(1);
    expect(lint('no-export-all', "export { createRunHub } from './run-hub.ts';")).toBe(0);
  });
});

describe('explained-assertion', () => {
  it('refuses an assertion without a reason', () => {
    expect(lint('explained-assertion', 'export const a = JSON.parse("1") as number;')).toBe(1);
  });

  it('allows a reason on the line or above it, and const', () => {
    const source = [
      'export const a = JSON.parse("1") as number; // the literal is a number',
      '// the literal is a number',
      'export const b = JSON.parse("1") as number;',
      '',
      'export const c = [1] as const;',
    ].join('\n');
    expect(lint('explained-assertion', source)).toBe(0);
  });
});
