import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaFacts } from '@cuttle/core-types/ports';
import { methods } from '@cuttle/core-types/protocol';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import type { GatewayDeps } from './gateway-deps.ts';

/** Where the media of conversations are: `/media/<sha256>`, with the name that a download gets as `?name=`. */
export const mediaPath = '/media/:sha256';

/**
 * Nothing of it is ever run or framed, whatever it says it is. Set over the headers of the page. https://www.w3.org/TR/CSP3/#directive-sandbox
 */
export const mediaPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

/** What a browser may show in its place: formats that hold no script. SVG, HTML and PDF are none of them. */
const shownTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/webm',
]);

/** Who may read conversations may see what came with them. Throws `access.denied` or `request.not-found`. */
export async function answerMedia(
  { store, inspectMedia }: Pick<GatewayDeps, 'store' | 'inspectMedia'>,
  {
    principal,
    sha256,
    name,
  }: { readonly principal: Principal; readonly sha256: string; readonly name: string | undefined },
  signal: AbortSignal,
): Promise<Response> {
  requireReader(principal);
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new CuttleError('request.not-found', 'There is nothing at this address.');
  const { bytes, mimeType } = await store.blobs.read(sha256, signal);
  // What was stored once under some type is what its bytes are.
  const facts = inspectMedia(bytes, { mimeType, name });
  const shown = shownTypes.has(facts.mimeType);
  const headers = {
    'content-type': shown ? facts.mimeType : 'application/octet-stream',
    'content-disposition': dispositionOf(shown ? 'inline' : 'attachment', name ?? nameOf(facts)),
    'content-length': String(bytes.length),
    // The same bytes for ever, but they may be purged.
    'cache-control': 'private, max-age=600',
    'x-content-type-options': 'nosniff',
  };
  return new Response(bytes.slice(), { headers });
}

function requireReader(principal: Principal): void {
  const name = 'chat.history';
  const scope = methods.find((method) => method.name === name)?.scope;
  const decision = authorise(principal, 'method.call', { kind: 'method', name, scope });
  if (decision.kind === 'allow') return;
  throw new CuttleError(
    'access.denied',
    textFor(decision.kind === 'deny' ? decision.reason : 'policy.scope', { scope: scope ?? '' }),
  );
}

function nameOf({ kind }: MediaFacts): string {
  return kind === 'other' ? 'file' : kind;
}

/** A name in ASCII for old readers, and as it is. https://www.rfc-editor.org/rfc/rfc6266#section-4.3 */
function dispositionOf(how: 'inline' | 'attachment', name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}/\\]+/gu, '_')
    .slice(0, 200);
  const ascii = plain.replaceAll(/[^ -~]|["%;]/g, '_');
  const encoded = encodeURIComponent(plain.toWellFormed()).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${how}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
