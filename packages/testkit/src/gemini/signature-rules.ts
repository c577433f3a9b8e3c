import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { callsIn, contentsOf, firstOfParts, partsOf, resultsIn } from './content-rules.ts';
import { isBase64 } from './media-rules.ts';
import { badField, type Refusal } from './refusal.ts';
import type { Content, Part } from './request-schema.ts';
import { callContent } from './signature.ts';

const source = 'https://ai.google.dev/gemini-api/docs/thought-signatures';

export const signatureRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'a signature is base64',
    source: 'https://protobuf.dev/programming-guides/json/',
    check: ({ body }) =>
      firstOfParts(body, ({ thoughtSignature = '' }, field) =>
        isBase64(thoughtSignature)
          ? undefined
          : badField(
              `${field}.thought_signature`,
              `Invalid value at '${field}.thought_signature' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(thoughtSignature)}`,
            ),
      ),
  },
  {
    name: 'a signature comes back on the very part that it came with',
    source: `${source}; https://github.com/google-gemini/gemini-cli/issues/13467`,
    check: ({ body, isSigned }) =>
      firstOfParts(body, (part) =>
        part.thoughtSignature === undefined || isSigned(part.thoughtSignature, contentOf(part))
          ? undefined
          : { message: 'Corrupted thought signature.' },
      ),
  },
  {
    name: 'in the turn that goes on, the first call of each step has its signature',
    source: `${source}; https://github.com/google-gemini/gemini-cli/issues/16974`,
    check: ({ body, model }) =>
      model.signatures === 'optional' ? undefined : refuseUnsigned(contentsOf(body)),
  },
];

/** What a signature is made over. */
export function contentOf({ text, functionCall }: Part): string {
  return functionCall
    ? callContent(functionCall.name ?? '', functionCall.args ?? {})
    : (text ?? '');
}

/** A turn begins with what the user says that is no result. */
function refuseUnsigned(contents: readonly Content[]): Refusal | undefined {
  const begin = contents.findLastIndex(
    (content) => content.role !== 'model' && resultsIn(content).length === 0,
  );
  for (const [index, content] of contents.entries()) {
    if (index <= begin || callsIn(content).length === 0) continue;
    const first = partsOf(content).find(({ functionCall }) => functionCall);
    if (first?.thoughtSignature !== undefined) continue;
    return {
      message: `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${first?.functionCall?.name ?? ''}\` , position ${index + 1}. Please refer to ${source} for more details.`,
    };
  }
  return undefined;
}
