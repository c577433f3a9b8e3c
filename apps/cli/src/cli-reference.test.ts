import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBench } from './testing/run-command.ts';
import { cliReference } from './cli-reference.ts';
import { createProgram } from './program.ts';

it('is what the program says (pnpm vitest run apps/cli -u writes it)', async () => {
  await using cli = await openBench();
  const page = cliReference(createProgram(cli.context, () => undefined));
  await expect(page).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/reference/cli.md'),
  );
});
