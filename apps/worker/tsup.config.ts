import { bundle } from '@cuttle/tooling/tsup';

export default bundle({ main: 'src/main.ts' });
