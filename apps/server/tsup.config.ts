import { bundle, lib } from '@cuttle/tooling/tsup';

// The threads that the store and the tools start; in the bundle they lie beside it under these names.
const threads = {
  'sqlite-writer': '../../packages/store/src/sqlite/writer.ts',
  'reader-worker': '../../packages/store/src/sqlite/reader-worker.ts',
  'math-worker': '../../packages/tools/src/math-worker.ts',
  'page-worker': '../../packages/tools/src/page-worker.ts',
};

export default [lib(), bundle('src/main.ts', threads)];
