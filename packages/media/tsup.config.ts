import { lib } from '@cuttle/tooling/tsup';

export default lib({ 'document-worker': 'src/document-worker.ts' });
