// Before publishing: writes into each manifest the repository it is published from, which provenance is checked against.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.ts';

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
if (!server || !repository) {
  process.stderr.write(
    'Releases are published by the release workflow, which names the repository.\n',
  );
  process.exit(1);
}

for (const parent of ['packages', 'apps'])
  for (const name of readdirSync(join(root, parent))) {
    const directory = `${parent}/${name}`;
    const file = join(root, directory, 'package.json');
    const manifest: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
    const url = `git+${server}/${repository}.git`;
    writeFileSync(
      file,
      `${JSON.stringify({ ...manifest, repository: { type: 'git', url, directory } }, null, 2)}\n`,
    );
  }
