import { lib } from '@cuttle/tooling/tsup';

export default lib();
