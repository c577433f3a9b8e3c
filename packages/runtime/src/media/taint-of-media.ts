import type { InboundBody, TaintSource } from '@cuttle/core-types';

/** The sources of a message with those of what it carries. */
export function withMediaTaint(
  taint: readonly TaintSource[],
  body: Pick<InboundBody, 'parts'>,
): readonly TaintSource[] {
  const more = taintOfMedia(body);
  return more.length === 0 ? taint : [...new Set([...taint, ...more])];
}

/**
 * What is handed over may be anybody's words, whoever hands it over: a document as much as a recording. A voice note is its sender's own, and a
 * picture is no text that a policy reads.
 */
function taintOfMedia({ parts }: Pick<InboundBody, 'parts'>): readonly TaintSource[] {
  const isForeign = parts.some(
    (part) =>
      part.type === 'document' ||
      part.type === 'video' ||
      (part.type === 'audio' && part.voice !== true),
  );
  return isForeign ? ['file'] : [];
}
