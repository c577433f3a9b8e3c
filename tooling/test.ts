// npm test: install, build, `pnpm validate`, then the suites that start the product.
import { conclude, runChecks, runSuites } from './checks.ts';
import { build, install } from './steps.ts';

await install();
await build();
const checked = await runChecks();
conclude([checked, await runSuites()]);
