import { lib } from '@cuttle/tooling/tsup';

// The threads of a SQLite home are started by address, not imported.
export default lib({
  'sqlite/writer': 'src/sqlite/writer.ts',
  'sqlite/reader-worker': 'src/sqlite/reader-worker.ts',
});
