import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { messagesOf } from './message-rules.ts';
import type { ContentBlock, Message } from './request-schema.ts';
import { fromModel } from './tool-rules.ts';

const cacheDocs = 'https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html';
const thinkingDocs =
  'https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html';

/** What one vendor's models refuse and another's take. */
export const modelRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'only some models take cache points',
    source: 'https://github.com/BerriAI/litellm/pull/39210',
    check: (request) =>
      request.model.cachePoints === 'refused' && countCachePoints(request) > 0
        ? 'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.'
        : undefined,
  },
  {
    name: 'some models take no cache points among tools and after results',
    source: 'https://github.com/danny-avila/LibreChat/issues/13838',
    check: (request) => refuseCachePlace(request),
  },
  {
    name: 'at most four cache points',
    source: cacheDocs,
    check: (request) => {
      const found = countCachePoints(request);
      return found > 4
        ? `${fromModel}A maximum of 4 blocks with cache_control may be provided. Found ${found}.`
        : undefined;
    },
  },
  {
    // In the words that it has for images. Of the models served here only Nova takes films; others (TwelveLabs) have no chat.
    name: 'films go to the models of Amazon',
    source:
      'https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html',
    check: (request) =>
      request.model.vendor !== 'amazon' &&
      messagesOf(request).some(({ content }) => content.some(({ video }) => video !== undefined))
        ? "This model doesn't support the video content block that you provided."
        : undefined,
  },
  {
    // The sentence is ours; that it is refused is on record.
    name: 'a cache point does not follow a document or an image',
    source:
      'https://github.com/pydantic/pydantic-ai/blob/main/pydantic_ai_slim/pydantic_ai/models/bedrock.py',
    check: (request) => {
      const at = messagesOf(request).findIndex(({ content }) =>
        content.some((block, index) => block.cachePoint && isMedia(content[index - 1])),
      );
      return at === -1
        ? undefined
        : `The cachePoint block at messages.${at} can't follow a document, image, audio or video block.`;
    },
  },
  {
    name: 'temperature and topP exclude each other at newer models of Anthropic',
    source:
      'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html',
    check: ({ body, model }) =>
      model.sampling === 'one' &&
      body.inferenceConfig?.temperature !== undefined &&
      body.inferenceConfig.topP !== undefined
        ? `${fromModel}\`temperature\` and \`top_p\` cannot both be specified for this model. Please use only one.`
        : undefined,
  },
  {
    name: 'a model thinks only in the ways that it knows',
    source: thinkingDocs,
    check: ({ body, model }) => {
      const type = thinkingOf(body)?.type;
      if (type === undefined || type === 'disabled') return undefined;
      if (model.vendor !== 'anthropic') {
        return `${fromModel}Malformed input request: #: extraneous key [thinking] is not permitted, please reformat your input and try again.`;
      }
      if (model.thinking.some((known) => known === type)) return undefined;
      return type === 'adaptive'
        ? `${fromModel}adaptive thinking is not supported on this model`
        : `${fromModel}"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`;
    },
  },
  {
    name: 'the thinking budget is at least 1,024 and lies below maxTokens',
    source: thinkingDocs,
    check: ({ body, model }) => {
      const budget = thinkingOf(body)?.budget;
      if (budget === undefined) return undefined;
      if (budget < 1024) {
        return `${fromModel}thinking.enabled.budget_tokens: Input should be greater than or equal to 1024`;
      }
      return budget >= (body.inferenceConfig?.maxTokens ?? model.maxOutputTokens)
        ? `${fromModel}\`max_tokens\` must be greater than \`thinking.budget_tokens\`.`
        : undefined;
    },
  },
  {
    name: 'thinking leaves the temperature alone and no tool is forced',
    source: thinkingDocs,
    check: ({ body }) => refuseBesideThinking(body),
  },
  {
    name: 'reasoning comes back with the text and the signature that it had',
    source: thinkingDocs,
    check: (request) => refuseForged(request),
  },
  {
    name: 'inside a tool loop the assistant turn begins with its reasoning',
    source: thinkingDocs,
    check: (request) =>
      thinkingOf(request.body)?.type === 'enabled'
        ? refuseLostReasoning(messagesOf(request))
        : undefined,
  },
];

function countCachePoints({ body }: CheckedRequest): number {
  const blocks = [
    ...(body.messages ?? []).flatMap(({ content }) => content),
    ...(body.system ?? []),
    ...(body.toolConfig?.tools ?? []),
  ];
  return blocks.filter(({ cachePoint }) => cachePoint).length;
}

function refuseCachePlace(request: CheckedRequest): string | undefined {
  if (request.model.cachePoints !== 'words') return undefined;
  const extraneous = (at: string): string =>
    `${fromModel}Malformed input request: #/${at}: extraneous key [cachePoint] is not permitted, please reformat your input and try again.`;
  const tool = (request.body.toolConfig?.tools ?? []).findIndex(({ cachePoint }) => cachePoint);
  if (tool !== -1) return extraneous(`toolConfig/tools/${tool}`);
  const at = messagesOf(request).findIndex(
    ({ content }) =>
      content.some(({ cachePoint }) => cachePoint) && content.some(({ toolResult }) => toolResult),
  );
  return at === -1 ? undefined : extraneous(`messages/${at}/content/0`);
}

function isMedia(block: ContentBlock | undefined): boolean {
  return (block?.image ?? block?.document ?? block?.audio ?? block?.video) !== undefined;
}

interface Thinking {
  readonly type: unknown;
  readonly budget: number | undefined;
}

function thinkingOf({
  additionalModelRequestFields: fields,
}: CheckedRequest['body']): Thinking | undefined {
  const thinking = fields?.['thinking'];
  if (typeof thinking !== 'object' || thinking === null || Array.isArray(thinking))
    return undefined;
  const budget = thinking['budget_tokens'];
  return { type: thinking['type'], budget: typeof budget === 'number' ? budget : undefined };
}

function refuseBesideThinking(body: CheckedRequest['body']): string | undefined {
  const type = thinkingOf(body)?.type;
  if (type !== 'enabled' && type !== 'adaptive') return undefined;
  const choice = body.toolConfig?.toolChoice;
  const forced = (choice?.any ?? choice?.tool) !== undefined;
  return (
    refuseSampling(body) ??
    (type === 'enabled' && forced
      ? `${fromModel}Thinking may not be enabled when tool_choice forces tool use.`
      : undefined)
  );
}

function refuseSampling({ inferenceConfig = {} }: CheckedRequest['body']): string | undefined {
  const { temperature = 1, topP = 1 } = inferenceConfig;
  if (temperature !== 1) {
    return `${fromModel}\`temperature\` may only be set to 1 when thinking is enabled.`;
  }
  return topP < 0.95
    ? `${fromModel}\`top_p\` must be greater than or equal to 0.95 or unset when thinking is enabled.`
    : undefined;
}

function refuseForged({ body, model, isSigned }: CheckedRequest): string | undefined {
  if (model.vendor !== 'anthropic') return undefined;
  for (const [index, { content }] of (body.messages ?? []).entries()) {
    for (const [at, { reasoningContent }] of content.entries()) {
      const said = reasoningContent?.reasoningText;
      if (said === undefined) continue;
      const place = `messages.${index}.content.${at}`;
      if (said.signature === undefined) {
        return `${fromModel}${place}.thinking.signature: Field required`;
      }
      if (!isSigned(said.text, said.signature)) {
        return `${fromModel}${place}: Invalid \`signature\` in \`thinking\` block`;
      }
    }
  }
  return undefined;
}

/** The assistant's messages since the user last said something of his own are one loop of calls. */
function refuseLostReasoning(messages: readonly Message[]): string | undefined {
  const lastUser = messages.findLastIndex(
    ({ role, content }) =>
      role === 'user' && content.some((block) => !block.toolResult && !block.cachePoint),
  );
  const index = messages.findIndex(({ role }, at) => at > lastUser && role === 'assistant');
  const first = messages[index]?.content[0];
  if (first === undefined || first.reasoningContent) return undefined;
  return `${fromModel}messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.toolUse ? 'tool_use' : 'text'}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). To avoid this requirement, disable \`thinking\`.`;
}
