import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { SentFile } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { hadNoEffect, toNetworkError } from '../network-failure.ts';
import { toForm } from '../upload-form.ts';
import { uploadTypeOf } from './file-kind.ts';
import type { WhatsappOptions } from './options.ts';
import { toChannelError } from './whatsapp-failure.ts';

export interface GraphRequest {
  readonly method: 'GET' | 'POST';
  /** Behind the version, such as `1060/messages`. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Uploaded as a medium, in place of a body. */
  readonly file?: SentFile;
}

/** Calls of the Graph API, once each: no retries, no throttling. https://developers.facebook.com/docs/graph-api/overview */
export interface WhatsappApi {
  /** Throws `channel.*`, or `signal.reason` after an abort. */
  call(request: GraphRequest, signal: AbortSignal): Promise<unknown>;
}

export function createWhatsappApi(
  { accessToken, graphUrl, graphVersion }: WhatsappOptions,
  { fetch }: Pick<ChannelDeps, 'fetch'>,
): WhatsappApi {
  return {
    async call({ method, path, body, file }, signal) {
      signal.throwIfAborted();
      try {
        const response = await fetch(`${graphUrl}/${graphVersion}/${path}`, {
          method,
          headers: {
            authorization: `Bearer ${accessToken}`,
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
          ...(file && { body: toUpload(file) }),
          // A redirect would carry the token elsewhere.
          redirect: 'manual',
          signal,
        });
        const { status } = response;
        const text = await response.text();
        if (status >= 200 && status < 300) return parseAnswer(text, status);
        const retryAfter = response.headers.get('retry-after');
        throw toChannelError({ status, body: parseJson(text), retryAfter, accessToken });
      } catch (error) {
        signal.throwIfAborted();
        if (isCuttleError(error) && error.code.startsWith('channel.')) throw error;
        throw toNetworkError('WhatsApp', error);
      }
    },
  };
}

function toUpload(file: SentFile): FormData {
  const mimeType = uploadTypeOf(file) ?? file.mimeType;
  const fields = { messaging_product: 'whatsapp', type: mimeType };
  return toForm(fields, [{ field: 'file', file: { ...file, mimeType } }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Half an answer says nothing about what happened. */
function parseAnswer(text: string, status: number): unknown {
  const answer = parseJson(text);
  if (answer !== undefined) return answer;
  throw new CuttleError(
    'channel.unavailable',
    `The answer of Meta's server cannot be read (HTTP ${status}).`,
    { details: { reached: !hadNoEffect(status), status } },
  );
}
