import { parseJson } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Clock } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { readText } from '../exchange/read-chunks.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import { toRefusal } from './authorisation.ts';
import type { Login } from './login.ts';

export interface LoginDeps {
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}
/** The same, with the login that is meant. */
export interface LoginTalk extends LoginDeps {
  readonly login: Login;
}
/** How a request is written: RFC 6749 says `form`, some services want JSON. */
export type TokenRequestForm = 'form' | 'json';

export interface EndpointRequest {
  /** Names the service in messages. */
  readonly service: string;
  readonly url: string;
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly form?: TokenRequestForm | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface EndpointAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
  /** What was sent and must not be shown, should the service repeat it. */
  readonly secrets: readonly string[];
}

const maxBytes = 65_536;
const patienceMs = 30_000;

/**
 * One request to an endpoint of a login: a POST of the fields, or a GET without them. Bounded in time and size; not redirected, since
 * secrets would go along. Throws `login.unavailable` where nothing comes, or the service is ill; rejects with `signal.reason`.
 */
export async function askEndpoint(
  request: EndpointRequest,
  deps: LoginDeps,
  signal: AbortSignal,
): Promise<EndpointAnswer> {
  const { service, url } = request;
  signal.throwIfAborted();
  const patience = new AbortController();
  const over = AbortSignal.any([signal, patience.signal]);
  const late = deps.clock.sleep(patienceMs, over).then(
    () =>
      patience.abort(new CuttleError('login.unavailable', `${service} did not answer in time.`)),
    () => undefined, // it was answered, or left
  );
  try {
    const response = await untilOver(deps.fetch(url, toInit(request, over)), over);
    const { status } = response;
    const text = await readText({ service, response, maxBytes }, over);
    if (status >= 500 || status === 429 || isRedirect(response))
      throw new CuttleError(
        'login.unavailable',
        `${service} answered ${status} at ${hostOf(url)}.`,
      );
    return { ok: response.ok, status, text, secrets: secretsOf(request) };
  } catch (error) {
    signal.throwIfAborted();
    if (over.aborted) throw over.reason;
    if (isCuttleError(error) && error.code.startsWith('login.')) throw error;
    throw new CuttleError('login.unavailable', `${hostOf(url)} could not be reached.`, {
      cause: error,
    });
  } finally {
    patience.abort();
    await late;
  }
}

const publicFields = new Set([
  'grant_type',
  'redirect_uri',
  'client_id',
  'subject_token_type',
  'scope',
]);

/** Codes, tokens, verifiers and secrets: all that is long enough to be one. */
function secretsOf({ fields = {}, headers = {} }: EndpointRequest): readonly string[] {
  const sent = Object.entries(fields)
    .filter(([name]) => !publicFields.has(name))
    .map(([, value]) => value);
  return [...sent, headers['authorization']?.replace(/^\w+ /, '')]
    .filter((text) => text !== undefined)
    .filter((text) => text.length >= 16);
}

/** A `fetch` that was injected may not know of signals. */
async function untilOver<Value>(asked: Promise<Value>, over: AbortSignal): Promise<Value> {
  const left = Promise.withResolvers<never>();
  const leave = (): void => left.reject(over.reason);
  if (over.aborted) leave();
  over.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([asked, left.promise]);
  } finally {
    over.removeEventListener('abort', leave);
    asked.catch(() => undefined); // whoever left does not hear how it failed
  }
}

function toInit({ fields, form, headers }: EndpointRequest, signal: AbortSignal): RequestInit {
  const shared = { signal, redirect: 'manual' } as const;
  const accept = { accept: 'application/json', ...headers };
  if (!fields) return { ...shared, headers: accept };
  const said = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] satisfies [string, string]],
  );
  return form === 'json'
    ? {
        ...shared,
        method: 'POST',
        headers: { ...accept, 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(said)),
      }
    : {
        ...shared,
        method: 'POST',
        headers: { ...accept, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(said).toString(),
      };
}

function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400);
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'the service';
}

const ErrorAnswer = z.looseObject({
  error: z.union([
    z.string(),
    z.looseObject({
      message: z.string().nullish(),
      code: z.union([z.string(), z.number()]).nullish(),
    }),
  ]),
  error_description: z.string().nullish(),
});

/**
 * A good answer, typed. Throws `login.refused` or `login.denied` for the service's own refusal, which some send with status 200, and
 * `login.unavailable` for what cannot be read.
 */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  answer: EndpointAnswer,
  service: string,
): z.output<Schema> {
  const { ok, status, text, secrets } = answer;
  const refused = parseOr(ErrorAnswer, text);
  if (refused) throw refusalOf(refused, secrets);
  const read = ok ? parseOr(schema, text) : undefined;
  if (read !== undefined) return read;
  if (!ok) throw toRefusal(`status ${status}`, '');
  throw new CuttleError('login.unavailable', `${service} sent an answer that cannot be read.`);
}

/** The error that a service names; undefined where the answer is no refusal. */
export function findError({ text }: EndpointAnswer): string | undefined {
  const refused = parseOr(ErrorAnswer, text);
  return typeof refused?.error === 'string' ? refused.error : undefined;
}

function refusalOf(
  { error, error_description: words }: z.output<typeof ErrorAnswer>,
  secrets: readonly string[],
): CuttleError {
  const clean = (text: string): string =>
    secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  if (typeof error === 'string') return toRefusal(clean(error), clean(words ?? ''));
  return toRefusal(clean(String(error.code ?? 'refused')), clean(error.message ?? ''));
}

function parseOr<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  try {
    return parseJson(schema, text);
  } catch (error) {
    if (isCuttleError(error, 'request.invalid')) return undefined;
    throw error;
  }
}
