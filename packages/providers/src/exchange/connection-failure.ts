import { CuttleError, type ErrorCode, isCuttleError } from '@cuttle/core-types/errors';

interface Row {
  readonly code: ErrorCode;
  readonly match: RegExp;
  readonly says: string;
  readonly hint?: string;
}

/** What goes wrong below HTTP: names of Node, undici, Deno and Bun. The first row that matches counts. */
const rows: readonly Row[] = [
  {
    code: 'provider.timeout',
    // UND_ERR_CONNECT_TIMEOUT, UND_ERR_HEADERS_TIMEOUT, ETIMEDOUT, "The operation timed out."
    match: /timed? ?out|timeout/i,
    says: 'did not answer in time',
  },
  {
    code: 'provider.network',
    match: /ECONNREFUSED|connection refused/i,
    says: 'refused the connection',
    hint: 'Is it running? Check baseUrl of this provider.',
  },
  {
    code: 'provider.network',
    match: /ENOTFOUND|EAI_AGAIN|dns/i,
    says: 'has an address that cannot be found',
    hint: 'Check baseUrl of this provider and the network.',
  },
  {
    code: 'provider.network',
    match: /cert|self.signed|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/i,
    says: 'has a certificate that is not trusted',
    hint: 'Check baseUrl, or name the certificate authority in NODE_EXTRA_CA_CERTS.',
  },
  {
    code: 'provider.auth',
    // "Headers.append: "Bearer …" is an invalid header value."
    match: /invalid header value|ByteString/i,
    says: 'cannot be sent this API key: it holds characters that no key has',
  },
  {
    code: 'provider.invalid',
    match: /invalid url|failed to parse url/i,
    says: 'has an address that is not a URL',
    hint: 'Check baseUrl of this provider.',
  },
];

const otherwise: Row = {
  code: 'provider.network',
  match: /(?:)/,
  says: 'lost the connection',
};

/** Names what an SDK or `fetch` threw. A `provider.*` failure anywhere among the causes is the answer. */
export function toConnectionFailure(error: unknown, service: string): CuttleError {
  const words: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < 8 && at instanceof Error; depth += 1) {
    if (isCuttleError(at)) return at.code.startsWith('provider.') ? at : toRefusal(at, service);
    words.push(at.name, at.message, 'code' in at ? String(at.code) : '');
    at = at.cause;
  }
  const text = words.join(' ');
  const row = rows.find(({ match }) => match.test(text)) ?? otherwise;
  return new CuttleError(row.code, `${service} ${row.says}.`, {
    cause: error,
    ...(row.hint !== undefined && { hint: row.hint }),
  });
}

/** The `fetch` of a gateway has its own failures: an address that is not allowed, or one that does not answer. */
function toRefusal(error: CuttleError, service: string): CuttleError {
  const code = error.traits.retryable ? 'provider.network' : 'provider.invalid';
  return new CuttleError(code, `${service} could not be asked: ${error.message}`, {
    cause: error,
    hint: error.hint,
  });
}
