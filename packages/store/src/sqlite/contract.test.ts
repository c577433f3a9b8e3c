import { describeStore } from '@cuttle/store/contract';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';

describeStore('sqlite', ({ now }) =>
  openFixture((paths) =>
    openInlineStore({
      ...paths,
      now,
      disk: noReserve,
      recordKeysFile: `${paths.path}.keys`,
    }),
  ),
);
