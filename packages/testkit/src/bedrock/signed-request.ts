import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A pair of keys that signs requests, and the token that belongs to it if it is temporary. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedRequest {
  readonly method: string;
  /** With its query, as it came. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SignatureRules {
  readonly credentials: readonly AwsCredentials[];
  readonly region: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What is wrong with the signature of a request, in the words of the service. */
export interface SignatureFault {
  readonly type: string;
  readonly message: string;
}

const maxSkewMs = 300_000;
const form =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks a signature of version 4 as the service does: form, key, date, scope, the headers that must be signed, and the
 * signature itself. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function findSignatureFault(
  request: SignedRequest,
  rules: SignatureRules,
): SignatureFault | undefined {
  const stated = readAuthorization(request.headers.authorization);
  if (stated === undefined) return { type: 'IncompleteSignatureException', message: incomplete };
  const key = rules.credentials.find(({ accessKeyId }) => accessKeyId === stated.keyId);
  if (key === undefined || key.sessionToken !== request.headers['x-amz-security-token']) {
    return { type: 'UnrecognizedClientException', message: invalidToken };
  }
  const message =
    findDateFault(request.headers, stated.day, rules.now) ??
    findScopeFault(stated, rules.region) ??
    (isRight(request, stated, key) ? undefined : mismatch);
  return message === undefined ? undefined : { type: 'InvalidSignatureException', message };
}

/** What the `authorization` of a request says. */
interface StatedSignature {
  readonly keyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** The names of the headers that are signed. */
  readonly signed: readonly string[];
  readonly signature: string;
}

function readAuthorization(authorization = ''): StatedSignature | undefined {
  const match = form.exec(authorization);
  if (match === null) return undefined;
  const [, keyId = '', day = '', region = '', service = '', names = '', signature = ''] = match;
  return { keyId, day, region, service, signed: names.split(';'), signature };
}

function isRight(
  request: SignedRequest,
  { day, region, service, signed, signature }: StatedSignature,
  { secretAccessKey }: AwsCredentials,
): boolean {
  const bodyHash = sha256(request.body);
  if ((request.headers['x-amz-content-sha256'] ?? bodyHash) !== bodyHash) return false;
  const text = [
    'AWS4-HMAC-SHA256',
    String(request.headers['x-amz-date']),
    `${day}/${region}/${service}/aws4_request`,
    sha256(canonical(request, signed, bodyHash)),
  ];
  const key = [day, region, service, 'aws4_request'].reduce(
    hmac,
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return timingSafeEqual(hmac(key, text.join('\n')), Buffer.from(signature, 'hex'));
}

const incomplete =
  "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.";
const invalidToken = 'The security token included in the request is invalid.';
const unsigned = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function findDateFault(headers: IncomingHttpHeaders, day: string, now: number): string | undefined {
  const at = String(headers['x-amz-date'] ?? '');
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(at) ?? [];
  if (date === undefined || time === undefined || date !== day) {
    return 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP';
  }
  const signedAt = Date.parse(
    `${date.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3')}T${time.replace(/(\d\d)(\d\d)(\d\d)/, '$1:$2:$3')}Z`,
  );
  if (signedAt < now - maxSkewMs) {
    return `Signature expired: ${at} is now earlier than ${isoBasic(now - maxSkewMs)} (${isoBasic(now)} - 5 min.)`;
  }
  if (signedAt > now + maxSkewMs) {
    return `Signature not yet current: ${at} is still later than ${isoBasic(now + maxSkewMs)} (${isoBasic(now)} + 5 min.)`;
  }
  return undefined;
}

function findScopeFault(
  { region, service, signed }: StatedSignature,
  own: string,
): string | undefined {
  if (region !== own) return `Credential should be scoped to a valid region, not '${region}'. `;
  if (service !== 'bedrock') return "Credential should be scoped to correct service: 'bedrock'. ";
  return ['host', 'x-amz-date'].every((name) => signed.includes(name)) ? undefined : unsigned;
}

function isoBasic(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function canonical(
  { method, path, headers }: SignedRequest,
  signed: readonly string[],
  bodyHash: string,
): string {
  const [pathname = '/', query = ''] = path.split('?');
  const lines = signed.map((name) => {
    const value = headers[name];
    const words = Array.isArray(value) ? value.join(',') : (value ?? '');
    return `${name}:${words.trim().replaceAll(/ +/g, ' ')}\n`;
  });
  return [
    method,
    // Every service but S3 encodes what is already encoded once more.
    pathname.split('/').map(encode).join('/'),
    query.split('&').filter(Boolean).toSorted().join('&'),
    lines.join(''),
    signed.join(';'),
    bodyHash,
  ].join('\n');
}

function encode(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
