import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Receipt, SendRequest } from '@cuttle/core-types/ports';
import type { TelegramApi } from './api.ts';
import { encodeCall, type TelegramCall } from './encode.ts';
import { saidBy } from './telegram-failure.ts';
import { WireSent } from './wire.ts';

/**
 * One visible call. A refused one is no call: a text whose formatting was refused goes again without, and a group that
 * became a supergroup is written to at its new id. What is as it should be already counts as done.
 */
export async function sendCall(
  api: TelegramApi,
  request: SendRequest,
  signal: AbortSignal,
): Promise<Receipt> {
  signal.throwIfAborted();
  let call = encodeCall(request, 'html');
  // Each way out is taken at most once.
  const tried = new Set<string>();
  for (;;) {
    try {
      return toReceipt(request, await api.call(call.method, call.params, signal));
    } catch (error) {
      const done = isCuttleError(error) ? asItShouldBe(request, error) : undefined;
      if (done !== undefined) return done;
      if (isCuttleError(error, 'channel.rate-limited') && isGroup(call)) throw toNarrow(error);
      const next = isCuttleError(error, 'channel.invalid', 'channel.blocked')
        ? wayOut(request, call, error)
        : undefined;
      if (next === undefined || tried.has(next.way)) throw error;
      tried.add(next.way);
      call = next.call;
    }
  }
}

function isGroup({ params }: TelegramCall): boolean {
  const chatId = params['chat_id'];
  return typeof chatId === 'number' && chatId < 0;
}

/** Telegram does not say whose limit it is; in a group it is the group's 20 a minute, and other chats need not wait for it. */
function toNarrow({ message, retryAfterMs, details, cause }: CuttleError): CuttleError {
  return new CuttleError('channel.rate-limited', message, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: { ...details, scope: 'conversation' },
    cause,
  });
}

function toReceipt(request: SendRequest, answer: unknown): Receipt {
  const sent = WireSent.safeParse(answer);
  // An edit or a deletion may be answered with `true`.
  if (!sent.success) return request.receipt ?? { messageId: '' };
  return { messageId: String(sent.data.message_id), at: sent.data.date * 1000 };
}

function asItShouldBe({ kind, receipt }: SendRequest, error: CuttleError): Receipt | undefined {
  const said = saidBy(error);
  if (kind === 'edit' && said.includes('message is not modified')) return receipt;
  if (kind === 'delete' && said.includes('message to delete not found')) return receipt;
  return undefined;
}

function wayOut(
  request: SendRequest,
  call: TelegramCall,
  error: CuttleError,
): { way: 'plain' | 'migrated'; call: TelegramCall } | undefined {
  const migrateTo = error.details?.['migrateTo'];
  if (typeof migrateTo === 'number')
    return { way: 'migrated', call: { ...call, params: { ...call.params, chat_id: migrateTo } } };
  if (!saidBy(error).includes("can't parse entities")) return undefined;
  const plain = encodeCall(request, 'plain');
  return {
    way: 'plain',
    call: { ...plain, params: { ...plain.params, chat_id: call.params['chat_id'] } },
  };
}
