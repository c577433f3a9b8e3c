import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { taintOf } from '@cuttle/security/policy';
import type { Handlers } from '../gateway-deps.ts';

export const wakeHandlers: Pick<Handlers, 'wake'> = {
  async wake({ runtime, doors, newId }, { params, caller: { principal, door } }) {
    if (params.mode === 'next-heartbeat')
      throw new CuttleError('request.unsupported', 'There are no heartbeats yet; say "now".');
    const { text, sessionKey, idempotencyKey = newId() } = params;
    const trust = principal.kind === 'owner' ? 'owner' : 'paired';
    const provenance = { door, accountId: doors.web, trust } as const;
    const parts = [{ type: 'text' as const, text: textFor('hook.event', { text }) }];
    const { inboundId, status } = await runtime.accept({
      door: door === 'http' ? 'http' : 'web',
      principal,
      provenance,
      taint: taintOf(provenance, 'pull'),
      key: `wake:${idempotencyKey}`,
      sessionName: sessionKey,
      // An event ends nobody's answer.
      mode: 'followup',
      body: { v: 1, parts: [], messages: [{ role: 'user', parts }] },
      stateless: false,
    });
    if (status === 'command') throw new TypeError('An event is no command.');
    return { runId: inboundId, status };
  },
};
