import type { IncomingMessage } from 'node:http';
import { Json } from '@cuttle/core-types';
import type { Ledger } from '../call-ledger.ts';
import {
  type Exchange,
  type FaultEnd,
  type HttpAnswer,
  readBytes,
  readForm,
  send,
  sendHalf,
  strike,
} from '../exchange.ts';
import type { Faults } from '../faults.ts';
import { GraphFailure, type GraphFault, noSuchObject } from './failure.ts';
import type { Fault, FaultCall } from './faults.ts';
import type { Asked, LedgerEntry } from './ledger.ts';
import { type GraphContext, nameCall, runCall, type Upload } from './routes.ts';

export interface CallDeps {
  readonly context: GraphContext;
  readonly ledger: Ledger<LedgerEntry, Asked>;
  readonly faults: Faults<Fault, FaultCall>;
  /** The token that is valid now. */
  readonly token: () => string | undefined;
}

const maxBytes = 101 * 1024 * 1024;

/** One call of the Graph API, from its first byte to its answer. https://developers.facebook.com/docs/graph-api/overview */
export async function answerCall(deps: CallDeps, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  const url = new URL(request.url ?? '/', 'http://graph.test');
  const [version, id = '', tail] = url.pathname.split('/').slice(1);
  const isFile = url.pathname.startsWith('/whatsapp_business/attachments');
  const { body, upload } = await readBody(request);
  const isNumber = deps.context.world.numbers.has(id);
  const name = isFile ? 'file' : nameCall(request.method ?? 'GET', tail, { isNumber, body });
  const line = deps.ledger.open({
    call: name,
    method: request.method ?? 'GET',
    path: url.pathname,
    body,
  });
  const struck = {
    refuse: (fault: GraphFault) => toRefusal(new GraphFailure(fault)),
    onEnd: (end: FaultEnd) => line.update(end.state === 'gone' ? { state: 'cut' } : end),
  };
  const before = deps.faults.take({ call: name, body }, 'before');
  if (await strike(exchange, { ...struck, act: before })) return;
  const answer = await answerFor(deps, request, () =>
    isFile
      ? Promise.resolve(readFile(deps.context, url))
      : runCall(deps.context, { name, id, version: version ?? '', body, upload }).then(toAnswer),
  );
  if (answer.status < 400) line.update({ processed: true });
  const after = deps.faults.take({ call: name, body }, 'after');
  if (after === 'cut' && name === 'file') {
    sendHalf(exchange.response, answer);
    line.update({ state: 'cut' });
    return;
  }
  if (await strike(exchange, { ...struck, act: after })) return;
  send(exchange.response, answer);
  line.update({ status: answer.status, state: 'answered' });
}

async function answerFor(
  deps: CallDeps,
  request: IncomingMessage,
  run: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    if (request.headers.authorization !== `Bearer ${deps.token()}`)
      throw new GraphFailure({ code: 190 });
    return await run();
  } catch (error) {
    if (error instanceof GraphFailure) return toRefusal(error);
    throw error;
  }
}

function toAnswer(body: Json): HttpAnswer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}

function toRefusal({ status, body, retryAfter }: GraphFailure): HttpAnswer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { status, contentType: 'application/json', body: JSON.stringify(body), headers };
}

/** "If successful, you will receive the binary data of media saved"; an address that no longer holds is a 404. */
function readFile({ world, now }: GraphContext, url: URL): HttpAnswer {
  const id = url.searchParams.get('mid') ?? '';
  const media = world.media.get(id);
  const holds =
    media && media.hash === url.searchParams.get('hash') && now() < media.hashUntil && media;
  if (!holds) throw new GraphFailure({ ...noSuchFile, message: noSuchObject(id).message });
  return { status: 200, contentType: holds.mimeType, body: holds.bytes };
}

const noSuchFile = { code: 100, subcode: 33, status: 404 } as const;

async function readBody(
  request: IncomingMessage,
): Promise<{ body: Json; upload: Upload | undefined }> {
  const bytes = await readBytes(request, maxBytes);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data'))
    return { body: null, upload: await readUpload(bytes, type) };
  return { body: parseJson(Buffer.from(bytes).toString()), upload: undefined };
}

function parseJson(text: string): Json {
  try {
    const parsed = Json.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function readUpload(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Upload | undefined> {
  const form = await readForm(bytes, type);
  const file = form.get('file');
  const product = form.get('messaging_product');
  const stated = form.get('type');
  if (!(file instanceof File)) return undefined;
  return {
    bytes: new Uint8Array(await file.arrayBuffer()),
    mimeType: typeof stated === 'string' ? stated : file.type,
    name: file.name,
    product: typeof product === 'string' ? product : undefined,
  };
}
