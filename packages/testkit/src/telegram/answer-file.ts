import { send, sendHalf, strike } from '../exchange.ts';
import { type BotExchange, type CallDeps, struckBy } from './answer-call.ts';
import type { LedgerLine } from './ledger.ts';

/** The name of a download in the ledger, and for faults: it is no method. */
export const fileMethod = 'file';

/**
 * The bytes behind the path that `getFile` gave, for as long as the link holds. Each download is in the ledger. A fault `cut` before gives nothing,
 * after it half of the bytes. https://core.telegram.org/bots/api#getfile
 */
export async function answerFile(deps: CallDeps, exchange: BotExchange): Promise<void> {
  const path = decodeURIComponent(exchange.url.pathname.replace(/^\/file\/bot[^/]+\//, ''));
  const call = { method: fileMethod, params: { path } };
  const line = deps.ledger.open({ ...call, files: [], unknown: [] });
  try {
    const act = deps.faults.take(call, 'before');
    if (await strike(exchange, { ...struckBy(deps, line), act })) return;
  } catch {
    // A fault with a code, which the file server has no words for.
    return refuse(deps, exchange, { line, status: 502 });
  }
  const file = [...deps.context.world.files.values()].find((candidate) => candidate.path === path);
  if (exchange.token !== deps.token()) return refuse(deps, exchange, { line, status: 401 });
  if (file === undefined || deps.now() >= (file.linkedUntil ?? 0))
    return refuse(deps, exchange, { line, status: 404 });
  const answer = { status: 200, contentType: 'application/octet-stream', body: file.bytes };
  if (deps.faults.take(call, 'after') === 'cut') {
    line.update({ state: 'cut' });
    return sendHalf(exchange.response, answer);
  }
  line.update({ processed: true, state: 'answered', answeredAt: deps.now() });
  send(exchange.response, answer);
}

function refuse(
  { now }: CallDeps,
  { response }: BotExchange,
  { line, status }: { readonly line: LedgerLine; readonly status: 401 | 404 | 502 },
): void {
  const description = { 401: 'Unauthorized', 404: 'Not Found', 502: 'Bad Gateway' }[status];
  const body = { ok: false, error_code: status, description };
  line.update({ state: 'answered', answeredAt: now(), response: body });
  send(response, { status, contentType: 'application/json', body: JSON.stringify(body) });
}
