import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { blocksOf } from './message-rules.ts';
import type { ContentBlock, InputMessage } from './request-schema.ts';

const thinkingDocs = 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking';

/** The rules on extended thinking. Each refusal is the service's own sentence. */
export const thinkingRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'a model thinks only in the ways that it knows',
    source: thinkingDocs,
    check: ({ body: { thinking }, model }) => {
      if (thinking?.type !== 'enabled' && thinking?.type !== 'adaptive') return undefined;
      if (model.thinking.includes(thinking.type)) return undefined;
      return thinking.type === 'adaptive'
        ? 'adaptive thinking is not supported on this model'
        : '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.';
    },
  },
  {
    name: 'the thinking budget lies below max_tokens',
    source: thinkingDocs,
    check: ({ body: { thinking, max_tokens } }) =>
      thinking?.type === 'enabled' && thinking.budget_tokens >= max_tokens
        ? '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size'
        : undefined,
  },
  {
    name: 'thinking leaves temperature, top_p and top_k alone',
    source: thinkingDocs,
    check: ({ body }) => refuseSampling(body),
  },
  {
    name: 'thinking and a forced tool exclude each other',
    source: thinkingDocs,
    check: ({ body: { thinking, tool_choice } }) =>
      thinking?.type === 'enabled' && (tool_choice?.type === 'any' || tool_choice?.type === 'tool')
        ? 'Thinking may not be enabled when tool_choice forces tool use.'
        : undefined,
  },
  {
    name: 'a thinking block comes back with the text and the signature that it had',
    source: thinkingDocs,
    check: (request) => refuseForgedThinking(request),
  },
  {
    name: 'inside a tool loop the assistant turn begins with its thinking',
    source: thinkingDocs,
    check: ({ body }) =>
      body.thinking?.type === 'enabled' ? refuseLostThinking(body.messages) : undefined,
  },
];

function refuseSampling({
  thinking,
  temperature,
  top_p,
  top_k,
}: CheckedRequest['body']): string | undefined {
  if (thinking?.type !== 'enabled' && thinking?.type !== 'adaptive') return undefined;
  const where =
    'Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking';
  if (temperature !== undefined && temperature !== 1) {
    return `\`temperature\` may only be set to 1 when thinking is enabled. ${where}`;
  }
  if (top_k !== undefined) return `\`top_k\` must be unset when thinking is enabled. ${where}`;
  if (top_p !== undefined && top_p < 0.95) {
    return `\`top_p\` must be greater than or equal to 0.95 or unset when thinking is enabled. ${where}`;
  }
  return undefined;
}

function refuseForgedThinking({ body, isSigned }: CheckedRequest): string | undefined {
  for (const [index, message] of body.messages.entries()) {
    for (const [at, block] of blocksOf(message).entries()) {
      if (block.type === 'thinking' && !isSigned(block.thinking, block.signature)) {
        return `messages.${index}.content.${at}: Invalid \`signature\` in \`thinking\` block`;
      }
    }
  }
  return undefined;
}

/** The assistant's messages since the user last said something of his own are one loop of tool calls. */
function refuseLostThinking(messages: readonly InputMessage[]): string | undefined {
  const lastUser = messages.findLastIndex(
    (message) =>
      message.role === 'user' && blocksOf(message).some(({ type }) => type !== 'tool_result'),
  );
  const index = messages.findIndex(({ role }, at) => at > lastUser && role === 'assistant');
  const message = messages[index];
  const first: ContentBlock | undefined = message && blocksOf(message)[0];
  if (first === undefined || isThinking(first)) return undefined;
  return `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`;
}

function isThinking({ type }: ContentBlock): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}
