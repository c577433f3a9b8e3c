import { expect, it } from 'vitest';
import type { Kernel } from './kernel.ts';
import { acceptPull, type PullMessage } from './pull-door.ts';

it('takes nothing from whoever may only read', async () => {
  const message: PullMessage = {
    door: 'http',
    principal: { id: 'reader', kind: 'machine', scopes: ['operator.read'] },
    provenance: { door: 'http', accountId: 'http', trust: 'guest' },
    taint: [],
    key: 'one',
    sessionName: 'main',
    stateless: true,
    body: { v: 1, parts: [{ type: 'text', text: 'Hello' }] },
  };
  // Refused before anything of the kernel is touched.
  const untouched = {} as Kernel;
  await expect(acceptPull(untouched, message)).rejects.toMatchObject({ code: 'access.denied' });
});
