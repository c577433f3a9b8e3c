import { expect, it } from 'vitest';
import { refuseToShare } from './refuse-to-share.ts';

it('refuses a store of one process, and says what to do', () => {
  expect(() => refuseToShare('sqlite:data/cuttle.db')).toThrow(
    expect.objectContaining({
      code: 'store.single-process',
      hint: expect.stringContaining('--drain'),
    }),
  );
  expect(refuseToShare('postgres://127.0.0.1/cuttle')).toBeUndefined();
});
