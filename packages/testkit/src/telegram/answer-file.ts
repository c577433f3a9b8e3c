import { type CallDeps, type Exchange, strike } from './answer-call.ts';
import type { LedgerLine } from './ledger.ts';
import type { StoredFile } from './world.ts';

/** The name of a download in the ledger, and for faults: it is no method. */
export const fileMethod = 'file';

/**
 * The bytes behind the path that `getFile` gave, for as long as the link holds. Each download is in the ledger. A fault `cut` before gives nothing,
 * after it half of the bytes. https://core.telegram.org/bots/api#getfile
 */
export async function answerFile(deps: CallDeps, exchange: Exchange): Promise<void> {
  const gone = new AbortController();
  exchange.response.once('close', () => gone.abort());
  const path = decodeURIComponent(exchange.url.pathname.replace(/^\/file\/bot[^/]+\//, ''));
  const { method, params, files, unknown } = {
    method: fileMethod,
    params: { path },
    files: [],
    unknown: [],
  };
  const line = deps.ledger.open({ method, params, files, unknown });
  const call = { line, exchange, method, signal: gone.signal };
  try {
    if (await strike(deps, call, 'before')) return;
  } catch {
    // A fault with a code, which the file server has no words for.
    return refuse(deps, exchange, { line, status: 502 });
  }
  const file = [...deps.context.world.files.values()].find((candidate) => candidate.path === path);
  if (exchange.token !== deps.token()) return refuse(deps, exchange, { line, status: 401 });
  if (file === undefined || deps.now() >= (file.linkedUntil ?? 0))
    return refuse(deps, exchange, { line, status: 404 });
  if (deps.faults.take({ method, params }, 'after') === 'cut')
    return cutInHalf(exchange, { line, file });
  line.update({ processed: true, state: 'answered', answeredAt: deps.now() });
  exchange.response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': file.bytes.length,
  });
  exchange.response.end(file.bytes);
}

function refuse(
  { now }: CallDeps,
  { response }: Exchange,
  { line, status }: { readonly line: LedgerLine; readonly status: 401 | 404 | 502 },
): void {
  const description = { 401: 'Unauthorized', 404: 'Not Found', 502: 'Bad Gateway' }[status];
  const body = { ok: false, error_code: status, description };
  line.update({ state: 'answered', answeredAt: now(), response: body });
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function cutInHalf(
  { response, request }: Exchange,
  { line, file }: { readonly line: LedgerLine; readonly file: StoredFile },
): void {
  line.update({ state: 'cut' });
  response.writeHead(200, { 'content-length': file.bytes.length });
  response.write(file.bytes.subarray(0, Math.floor(file.bytes.length / 2)), () =>
    request.socket.destroy(),
  );
}
