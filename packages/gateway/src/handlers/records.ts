import { applyRetention, previewRetention, toSessionKey, verifyRecords } from '@cuttle/sessions';
import type { Handlers } from '../gateway-deps.ts';

export const recordsHandlers: Pick<
  Handlers,
  'sessions.verify' | 'retention.preview' | 'retention.apply'
> = {
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
  async 'retention.preview'({ store, settings, clock }, _call, signal) {
    const { retention: rules } = settings();
    return previewRetention(store.reader, { rules, now: clock.now() }, signal);
  },
  async 'retention.apply'({ store, settings, clock }, _call, signal) {
    const { retention: rules } = settings();
    return applyRetention(store, { rules, now: clock.now() }, signal);
  },
};
