import { bundle } from '@cuttle/tooling/tsup';

export default bundle('src/main.ts');
