import { bundle, lib } from '@cuttle/tooling/tsup';

export default [
  lib(),
  bundle('src/main.ts', { 'sqlite-writer': '../../packages/store/src/sqlite/writer.ts' }),
];
