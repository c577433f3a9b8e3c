// Run in the folder of a published package: packs it as it would be published and checks the tarball.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuttle-package-'));

function check(program: string, ...rest: string[]): void {
  const { status } = spawnSync(program, rest, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exitCode = 1;
}

const tool = (name: string): string => join(root, 'node_modules/.bin', name);

try {
  check('pnpm', 'pack', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder);
  check(tool('publint'), join(folder, tarball), '--strict');
  // Only a package that is imported has types to judge.
  if (readFileSync('package.json', 'utf8').includes('"exports"'))
    check(tool('attw'), join(folder, tarball), '--profile', 'esm-only', '--no-emoji');
} finally {
  rmSync(folder, { recursive: true });
}
