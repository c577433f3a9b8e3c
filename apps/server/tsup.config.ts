import { bundle, lib } from '@cuttle/tooling/tsup';

export default [
  lib(),
  bundle(
    'src/main.ts',
    {
      'sqlite-writer': '../../packages/store/src/sqlite/writer.ts',
      'reader-worker': '../../packages/store/src/sqlite/reader-worker.ts',
      'math-worker': '../../packages/tools/src/math-worker.ts',
      'page-worker': '../../packages/tools/src/page-worker.ts',
      'document-worker': '../../packages/media/src/document-worker.ts',
    },
    { stays: true },
  ),
];
