import { createRedactor } from '@cuttle/security';
import { createGuardedFetch } from '@cuttle/security/fetch';
import { authorise } from '@cuttle/security/policy';

const decision = authorise({ id: 'owner', kind: 'owner', scopes: ['operator.admin'] }, 'tool.use', {
  kind: 'tool',
  name: 'note_add',
  risk: 'write',
  provenance: { door: 'web', accountId: 'web', trust: 'owner' },
  taint: [], // with `['web']` a write needs an approval
  policy: { profile: 'full', allow: [], deny: [], approvals: 'ask' },
});
console.log(decision.kind); // allow

await using guardedFetch = createGuardedFetch({ maxBytes: 2_000_000 });
const options = { signal: AbortSignal.timeout(10_000) };
const answer = guardedFetch('http://127.0.0.1:9001/', options);
const outcome = await answer.then(({ status }) => String(status), String);
const redact = createRedactor(['hunter2hunter2']);
console.log(redact(`key hunter2hunter2 said ${outcome}`)); // no secret, and no answer
