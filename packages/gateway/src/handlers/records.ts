import { toSessionKey, verifyRecords } from '@cuttle/sessions';
import type { Handlers } from '../gateway-deps.ts';

export const recordsHandlers: Pick<Handlers, 'sessions.verify'> = {
  async 'sessions.verify'({ store, settings }, { params }, signal) {
    const sessionKey =
      params.sessionKey && toSessionKey(params.sessionKey, settings().defaultAgentId);
    const { sessions, audit, ...report } = await verifyRecords(
      store.reader,
      { sessionKey },
      signal,
    );
    return {
      ...report,
      sessions: sessions.map(({ sessionKey: key, findings, ...session }) => ({
        ...session,
        findings: [...findings],
        ...(key !== undefined && { sessionKey: key }),
      })),
      audit: { ...audit, findings: [...audit.findings] },
    };
  },
};
