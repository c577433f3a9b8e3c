import { lib } from '@cuttle/tooling/tsup';

export default lib({ 'math-worker': 'src/math-worker.ts', 'page-worker': 'src/page-worker.ts' });
