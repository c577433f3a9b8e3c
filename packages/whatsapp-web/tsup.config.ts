import { lib } from '@cuttle/tooling/tsup';

export default lib({ main: 'src/main.ts' });
