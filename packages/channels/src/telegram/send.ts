import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Receipt, SendRequest } from '@cuttle/core-types/ports';
import type { TelegramApi } from './api.ts';
import { encodeAct } from './encode-act.ts';
import { type CallStyle, encodeCall, type TelegramCall } from './encode.ts';
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
  let style: CallStyle = { formatting: 'html', files: 'shown' };
  let call = encodeAct(request) ?? encodeCall(request, style);
  // Each way out is taken at most once.
  const tried = new Set<string>();
  for (;;) {
    try {
      return toReceipt(request, await makeCall(api, call, signal));
    } catch (error) {
      const done = isCuttleError(error) ? asItShouldBe(request, error) : undefined;
      if (done !== undefined) return done;
      if (isCuttleError(error, 'channel.rate-limited') && isGroup(call)) throw toNarrow(error);
      const next = isCuttleError(error, 'channel.invalid', 'channel.blocked')
        ? wayOut(request, { call, style }, error)
        : undefined;
      if (next === undefined || tried.has(next.way)) throw error;
      tried.add(next.way);
      ({ call, style = style } = next);
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

function makeCall(
  api: TelegramApi,
  { method, params, files }: TelegramCall,
  signal: AbortSignal,
): Promise<unknown> {
  return files ? api.upload({ method, params, files }, signal) : api.call(method, params, signal);
}

function toReceipt(request: SendRequest, answer: unknown): Receipt {
  // An album is as many messages; it is known by its first.
  const sent = WireSent.safeParse(Array.isArray(answer) ? answer[0] : answer);
  // An edit or a deletion may be answered with `true`.
  if (!sent.success) return request.receipt ?? { messageId: '' };
  return { messageId: String(sent.data.message_id), at: sent.data.date * 1000 };
}

function asItShouldBe(
  { kind, receipt, part }: SendRequest,
  error: CuttleError,
): Receipt | undefined {
  const said = saidBy(error);
  const isDone = /CHAT_NOT_MODIFIED|message to unpin not found|is not pinned/i.test(said);
  if (part.act !== undefined && isDone) return receipt ?? { messageId: '' };
  if (kind === 'edit' && said.includes('message is not modified')) return receipt;
  if (kind === 'delete' && said.includes('message to delete not found')) return receipt;
  return undefined;
}

function wayOut(
  request: SendRequest,
  { call, style }: { readonly call: TelegramCall; readonly style: CallStyle },
  error: CuttleError,
): { way: string; call: TelegramCall; style?: CallStyle } | undefined {
  const migrateTo = error.details?.['migrateTo'];
  if (typeof migrateTo === 'number')
    return { way: 'migrated', call: { ...call, params: { ...call.params, chat_id: migrateTo } } };
  const said = saidBy(error);
  const next = nextStyle(said, { call, style });
  if (next === undefined) return undefined;
  const again = encodeCall(request, next);
  return {
    way: JSON.stringify(next),
    call: { ...again, params: { ...again.params, chat_id: call.params['chat_id'] } },
    style: next,
  };
}

/** A photo has limits of its own on its form: "width and height must not exceed 10000 in total". https://core.telegram.org/bots/api#sendphoto */
const refusedPhoto = /PHOTO_(?:INVALID|SAVE|EXT)|IMAGE_PROCESS_FAILED|wrong type of the web page/i;

function nextStyle(
  said: string,
  { call, style }: { readonly call: TelegramCall; readonly style: CallStyle },
): CallStyle | undefined {
  if (said.includes("can't parse entities")) return { ...style, formatting: 'plain' };
  if (said.includes('there is no text in the message to edit'))
    return { ...style, words: 'caption' };
  return call.files && refusedPhoto.test(said) ? { ...style, files: 'document' } : undefined;
}
