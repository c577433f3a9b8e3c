// npm run bench [-- NAME] [--json FILE]: install, build, then the benchmarks.
import { build, install, runCommand } from './steps.ts';

await install();
await build();
const { status } = await runCommand(
  [process.execPath, 'bench/main.ts', ...process.argv.slice(2)],
  'shown',
);
process.exitCode = status;
