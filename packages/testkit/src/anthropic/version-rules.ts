import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { blocksOf } from './message-rules.ts';
import type { ContentBlock, InputMessage } from './request-schema.ts';

const versioning = 'https://platform.claude.com/docs/en/api/versioning';

/** What API version 2026-10-21, which the SDK sends since its 1.0, no longer takes. */
export const versionRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'temperature, top_p and top_k are gone, even at their defaults',
    source: versioning,
    check: (request) => {
      if (!isCurrent(request)) return undefined;
      const gone = (['temperature', 'top_p', 'top_k'] as const).find((key) => key in request.body);
      return gone === undefined ? undefined : `${gone}: Extra inputs are not permitted`;
    },
  },
  {
    name: 'the assistant says no documents',
    source: versioning,
    check: (request) => {
      const at = isCurrent(request) ? findBlock(request, isAssistantDocument) : undefined;
      return at && `${at}: \`document\` blocks are not permitted in \`assistant\` messages`;
    },
  },
  {
    name: 'the user cites nothing',
    source: versioning,
    check: (request) => {
      const at = isCurrent(request) ? findBlock(request, isUserCitation) : undefined;
      return at && `${at}.text.citations: Extra inputs are not permitted`;
    },
  },
];

function isCurrent({ apiVersion }: CheckedRequest): boolean {
  return apiVersion === '2026-10-21';
}

function findBlock(
  { body }: CheckedRequest,
  isMeant: (block: ContentBlock, role: InputMessage['role']) => boolean,
): string | undefined {
  for (const [index, message] of body.messages.entries()) {
    const at = blocksOf(message).findIndex((block) => isMeant(block, message.role));
    if (at !== -1) return `messages.${index}.content.${at}`;
  }
  return undefined;
}

function isAssistantDocument({ type }: ContentBlock, role: InputMessage['role']): boolean {
  return role === 'assistant' && type === 'document';
}

function isUserCitation(block: ContentBlock, role: InputMessage['role']): boolean {
  return role === 'user' && block.type === 'text' && (block.citations ?? []).length > 0;
}
