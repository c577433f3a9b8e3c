import type { IncomingMessage, ServerResponse } from 'node:http';
import { Json } from '@cuttle/core-types';
import { GraphFailure, noSuchObject } from './failure.ts';
import type { Faults } from '../faults.ts';
import type { Fault, FaultAct, FaultCall } from './faults.ts';
import type { Ledger, LedgerLine } from './ledger.ts';
import { type GraphContext, nameCall, runCall, type Upload } from './routes.ts';

export interface CallDeps {
  readonly context: GraphContext;
  readonly ledger: Ledger;
  readonly faults: Faults<Fault, FaultCall>;
  /** The token that is valid now. */
  readonly token: () => string | undefined;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly retryAfter?: number | undefined;
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
  if (await strike(deps.faults.take({ call: name, body }, 'before'), exchange, line)) return;
  const answer = await answerFor(deps, request, () =>
    isFile
      ? Promise.resolve(readFile(deps.context, url))
      : runCall(deps.context, { name, id, version: version ?? '', body, upload }).then(toAnswer),
  );
  if (answer.status < 400) line.update({ processed: true });
  const after = deps.faults.take({ call: name, body }, 'after');
  if (after === 'cut' && name === 'file') {
    cutInHalf(exchange, answer);
    line.update({ state: 'cut' });
    return;
  }
  if (await strike(after, exchange, line)) return;
  send(exchange.response, answer);
  line.update({ status: answer.status, state: 'answered' });
}

async function answerFor(
  deps: CallDeps,
  request: IncomingMessage,
  run: () => Promise<Answer>,
): Promise<Answer> {
  try {
    if (request.headers.authorization !== `Bearer ${deps.token()}`)
      throw new GraphFailure({ code: 190 });
    return await run();
  } catch (error) {
    if (error instanceof GraphFailure) return toRefusal(error);
    throw error;
  }
}

function toAnswer(body: Json): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}

function toRefusal({ status, body, retryAfter }: GraphFailure): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body), retryAfter };
}

/** "If successful, you will receive the binary data of media saved"; an address that no longer holds is a 404. */
function readFile({ world, now }: GraphContext, url: URL): Answer {
  const id = url.searchParams.get('mid') ?? '';
  const media = world.media.get(id);
  const holds =
    media && media.hash === url.searchParams.get('hash') && now() < media.hashUntil && media;
  if (!holds) throw new GraphFailure({ ...noSuchFile, message: noSuchObject(id).message });
  return { status: 200, contentType: holds.mimeType, body: holds.bytes };
}

const noSuchFile = { code: 100, subcode: 33, status: 404 } as const;

/** True where the fault was the answer. */
async function strike(
  act: FaultAct | undefined,
  exchange: Exchange,
  line: LedgerLine,
): Promise<boolean> {
  if (act === undefined) return false;
  if (act === 'cut') {
    line.update({ state: 'cut' });
    exchange.request.socket.destroy();
    return true;
  }
  if (act === 'hang') {
    await new Promise((resolve) => exchange.response.once('close', resolve));
    line.update({ state: 'cut' });
    return true;
  }
  if ('wait' in act) {
    await act.wait;
    return false;
  }
  const answer =
    'text' in act
      ? { status: act.status, contentType: act.contentType ?? 'text/html', body: act.text }
      : toRefusal(new GraphFailure(act));
  send(exchange.response, answer);
  line.update({ status: answer.status, state: 'answered' });
  return true;
}

function send(response: ServerResponse, { status, contentType, body, retryAfter }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
  response.end(body);
}

function cutInHalf({ response }: Exchange, { contentType, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

async function readBody(
  request: IncomingMessage,
): Promise<{ body: Json; upload: Upload | undefined }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array); // a request without an encoding gives bytes
    length += bytes.length;
    if (length > maxBytes) throw new TypeError('The body is too large');
    chunks.push(bytes);
  }
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data'))
    return { body: null, upload: await readUpload(bytes, type) };
  return { body: parseJson(bytes.toString()), upload: undefined };
}

function parseJson(text: string): Json {
  try {
    const parsed = Json.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function readUpload(bytes: Buffer, type: string): Promise<Upload | undefined> {
  const form = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type },
  }).formData();
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
