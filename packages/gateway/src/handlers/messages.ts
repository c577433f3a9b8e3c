import { CuttleError } from '@cuttle/core-types/errors';
import type { Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

export const messageHandlers: Pick<
  Handlers,
  'messages.fate' | 'messages.failed' | 'messages.retry' | 'messages.discard' | 'send'
> = {
  async 'messages.fate'({ store }, { params }) {
    const fate = await store.reader.readFate(params.id);
    if (!fate) throw new CuttleError('request.not-found', `No message has the id ${params.id}.`);
    const { inbound, timeline } = fate;
    const { inboundId, sessionKey, state, runId, reason } = inbound;
    return {
      id: inboundId,
      sessionKey,
      state,
      ...(runId !== undefined && { runId }),
      ...(reason !== undefined && { reason }),
      timeline: timeline.map((row) => ({ ...row, at: isoTime(row.at) })),
    };
  },
  async 'messages.failed'({ store }, { params }) {
    const rows = await store.reader.listOutbound({
      states: ['dead', 'unconfirmed'],
      limit: params.limit,
    });
    return {
      messages: rows.map((row) => {
        const { outboundId, state, kind, origin, text, attempt, reason, at } = row;
        const { channel, account, conversationKey } = row;
        return {
          id: outboundId,
          state,
          kind,
          origin,
          channel,
          account,
          to: conversationKey,
          text,
          attempt,
          ...(reason !== undefined && { reason }),
          at: isoTime(at),
        };
      }),
    };
  },
  'messages.retry': async ({ runtime }, { params }) => ({
    ok: await runtime.retryDelivery(params.id),
  }),
  'messages.discard': async ({ store }, { params }) => ({
    ok: await store.journal.discardDead({ outboundId: params.id }),
  }),
  async send({ runtime }, { params, caller }) {
    const { channel, account, to, message, idempotencyKey } = params;
    const ids = await runtime.send({
      channel,
      account,
      to,
      text: message,
      key: `${caller.principal.id}:${idempotencyKey}`,
    });
    return { ids: [...ids] };
  },
};
