import { CuttleError } from '@cuttle/core-types/errors';
import { type FailureRow, failureRows } from './failure-rows.ts';
import { readFailure, type StatedFailure } from './read-failure.ts';
import { readRetryAfter } from './retry-after.ts';

export interface ServiceFailure {
  /** Names the provider in the message. */
  readonly service: string;
  /** Absent where a good status carried an error, as in a stream. */
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
  readonly body: string;
  /** Never shown. */
  readonly secrets?: readonly string[] | undefined;
}

/** A service's own account of a failure → one of our codes, by the table of `failure-rows.ts`. */
export function classifyFailure(failure: ServiceFailure): CuttleError {
  const stated = withNamedException(readFailure(failure.body), failure.headers);
  const status = failure.status ?? stated.status;
  const row = failureRows.find((candidate) => matches(candidate, stated, status));
  const retryAfterMs = readRetryAfter(failure.headers, failure.body);
  const hint = row?.hint ?? (stated.page ? pageHint : undefined);
  return new CuttleError(row?.code ?? 'provider.invalid', messageOf(failure, stated, status), {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(hint !== undefined && { hint }),
    ...(status !== undefined && { details: { status } }),
  });
}

/** Amazon's services name what went wrong beside the body. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
function withNamedException(stated: StatedFailure, headers: Headers | undefined): StatedFailure {
  const named = headers?.get('x-amzn-errortype')?.split(':')[0];
  return named === undefined ? stated : { ...stated, kind: `${named} ${stated.kind}`.trim() };
}

const pageHint =
  'A web server or proxy answered in place of the provider: check baseUrl, or try again later.';

function matches(row: FailureRow, stated: StatedFailure, status: number | undefined): boolean {
  if (row.status && !(status !== undefined && row.status.includes(status))) return false;
  if (row.kind && !row.kind.test(stated.kind)) return false;
  return !row.text || row.text.test(stated.message);
}

/** Longer words help nobody in a chat. */
const maxShown = 400;

function messageOf(
  { service, secrets }: ServiceFailure,
  stated: StatedFailure,
  status: number | undefined,
): string {
  const subject = status === undefined ? `${service} failed` : `${service} answered ${status}`;
  if (stated.page) return `${subject} with a web page.`;
  const words = conceal(stated.message, secrets ?? [])
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (words === '') return `${subject}.`;
  return `${subject}: ${words.length > maxShown ? `${words.slice(0, maxShown)}…` : words}`;
}

/** Keys of the known shapes, and what stands behind the names of secret headers. */
const secretShapes =
  /\b(?:sk|pk|rk|gsk|xai|hf|key)[-_][\w-]{8,}|\bAIza[\w-]{16,}|\bya29\.[\w-]{8,}|(?<=(?:bearer|x-api-key:|cookie:|token=) ?)[^\s,;"']{6,}/gi;

function conceal(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret.length >= 6)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  return known.replaceAll(secretShapes, '***');
}
