// pnpm validate: every check that needs no running product.
import { conclude, runChecks } from './checks.ts';

conclude([await runChecks()]);
