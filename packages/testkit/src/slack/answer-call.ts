import type { IncomingMessage } from 'node:http';
import type { Json } from '@cuttle/core-types';
import type { Ledger, LedgerLine } from '../call-ledger.ts';
import {
  type Exchange,
  type HttpAnswer,
  readBytes,
  send,
  sendHalf,
  type Strike,
  strike,
} from '../exchange.ts';
import type { Faults } from '../faults.ts';
import { SlackFailure, type SlackFault } from './failure.ts';
import type { Fault, FaultCall } from './faults.ts';
import type { Asked as AskedFacts, LedgerEntry } from './ledger.ts';
import type { TierLimiter } from './limits.ts';
import type { Method, MethodContext } from './method.ts';
import { accountMethods } from './methods/account.ts';
import { chatMethods } from './methods/chat.ts';
import { conversationMethods } from './methods/conversations.ts';
import { fileMethods } from './methods/files.ts';
import { readArgs, readUpload } from './read-request.ts';

export interface CallDeps {
  readonly context: MethodContext;
  readonly ledger: Ledger<LedgerEntry, AskedFacts>;
  readonly faults: Faults<Fault, FaultCall>;
  readonly limiter: TierLimiter | undefined;
  /** What is valid now. */
  readonly tokens: () => { readonly bot: string | undefined; readonly app: string | undefined };
  readonly scopes: () => ReadonlySet<string>;
}

interface Answer extends HttpAnswer {
  readonly error?: string | undefined;
}

const maxBytes = 64 * 1024 * 1024;

const methods: Readonly<Record<string, Method>> = {
  ...accountMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
};

/** What a request is for: a method, the bytes of a file that goes up, or of one that comes down. */
interface Asked {
  readonly kind: 'method' | 'upload' | 'file';
  readonly name: string;
  /** The file's. */
  readonly id: string;
  readonly args: Readonly<Record<string, Json>>;
  readonly bytes: Uint8Array;
}

async function readCall(request: IncomingMessage): Promise<Asked> {
  const { pathname } = new URL(request.url ?? '/', 'http://slack.test');
  const bytes = await readBytes(request, maxBytes);
  const [, root = '', ...rest] = pathname.split('/');
  if (root === 'files-pri') {
    const [id = ''] = rest;
    return { kind: 'file', name: 'file', id, args: { id }, bytes };
  }
  if (root === 'upload') {
    const [, id = ''] = rest;
    const sent = await readUpload(request, bytes);
    return { kind: 'upload', name: 'upload', id, args: { id }, bytes: sent };
  }
  return { kind: 'method', name: rest.join('/'), id: '', args: readArgs(request, bytes), bytes };
}

/** One request, from its first byte to its answer. */
export async function answerCall(deps: CallDeps, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  const asked = await readCall(request);
  const { token: _, ...args } = asked.args;
  const call = { method: asked.name, args };
  const line = deps.ledger.open(call);
  const struck = struckBy(line);
  if (await strike(exchange, { ...struck, act: deps.faults.take(call, 'before') })) return;
  const answer = answerFor(() => answerAsked(deps, request, asked));
  if (answer.error === undefined) line.update({ processed: true });
  const after = deps.faults.take(call, 'after');
  if (after === 'cut' && asked.kind === 'file') {
    sendHalf(exchange.response, answer);
    line.update({ state: 'cut' });
    return;
  }
  if (await strike(exchange, { ...struck, act: after })) return;
  send(exchange.response, answer);
  line.update({ status: answer.status, state: 'answered', error: answer.error });
}

/** How a fault of a call is worded, and ends in its line. */
function struckBy(line: LedgerLine<LedgerEntry>): Omit<Strike<SlackFault>, 'act'> {
  return {
    refuse(fault) {
      line.update({ error: fault.error });
      return toRefusal(new SlackFailure(fault));
    },
    onEnd(end) {
      if (end.state === 'answered') line.update({ ...end, error: line.entry.error ?? 'http' });
      else line.update({ state: 'cut' });
    },
  };
}

function answerAsked(deps: CallDeps, request: IncomingMessage, asked: Asked): Answer {
  const { kind, id, bytes, name, args } = asked;
  if (kind === 'file') return readFile(deps, request, id);
  if (kind === 'upload') return takeUpload(deps, id, bytes);
  return toAnswer(runMethod(deps, name, { args, token: tokenOf(request, args) }));
}

function answerFor(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (error instanceof SlackFailure) return toRefusal(error);
    throw error;
  }
}

interface Call {
  readonly args: Readonly<Record<string, Json>>;
  readonly token: string;
}

function runMethod(
  deps: CallDeps,
  name: string,
  { args, token }: Call,
): Readonly<Record<string, Json>> {
  const method = methods[name];
  if (method === undefined) throw new SlackFailure({ error: 'unknown_method' });
  requireToken(deps, method, token);
  requireScopes(deps, method);
  const { channel } = args;
  const { tier } = method;
  deps.limiter?.count({ method: name, tier, channel: typeof channel === 'string' ? channel : '' });
  return method.run(deps.context, args);
}

function requireToken({ tokens }: CallDeps, { token: wanted }: Method, given: string): void {
  const { bot, app } = tokens();
  if (given === '') throw new SlackFailure({ error: 'not_authed' });
  if (given !== bot && given !== app) throw new SlackFailure({ error: 'invalid_auth' });
  const isRight = wanted === 'any' || given === (wanted === 'bot' ? bot : app);
  if (!isRight) throw new SlackFailure({ error: 'not_allowed_token_type' });
}

function requireScopes({ scopes }: CallDeps, method: Method): void {
  const granted = scopes();
  for (const needed of method.scopes)
    if (!needed.split('|').some((scope) => granted.has(scope)))
      throw new SlackFailure({
        error: 'missing_scope',
        needed: needed.replaceAll('|', ','),
        provided: [...granted].join(','),
      });
}

function tokenOf(request: IncomingMessage, args: Call['args']): string {
  const header = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const { token } = args;
  return header ?? (typeof token === 'string' ? token : '');
}

function toAnswer(body: Readonly<Record<string, Json>>): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}

function toRefusal({ status, body, retryAfter, message }: SlackFailure): Answer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const contentType = 'application/json';
  return { status, contentType, body: JSON.stringify(body), headers, error: message };
}

/** A private file opens with the bot's token; without it Slack leads to its login page. https://docs.slack.dev/reference/objects/file-object */
function readFile({ context, tokens }: CallDeps, request: IncomingMessage, id: string): Answer {
  if (request.headers.authorization !== `Bearer ${tokens().bot}`)
    return { status: 302, contentType: 'text/html', body: 'Sign in', error: 'not_authed' };
  const file = context.world.files.get(id);
  if (file === undefined || file.deleted)
    return { status: 404, contentType: 'text/html', body: 'Not found', error: 'file_not_found' };
  return { status: 200, contentType: file.mimeType, body: file.bytes };
}

/** https://docs.slack.dev/messaging/working-with-files#upload */
function takeUpload({ context }: CallDeps, id: string, bytes: Uint8Array): Answer {
  const upload = context.uploads.get(id);
  if (upload === undefined) throw new SlackFailure({ error: 'file_not_found', status: 404 });
  upload.bytes = bytes;
  return { status: 200, contentType: 'text/plain', body: `OK - ${bytes.length}` };
}
