import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import type { ContentBlock, InputMessage } from './request-schema.ts';
import { toConversation, type Speech } from './conversation.ts';

/** The rules on the list of messages. Each refusal is the service's own sentence. */
export const messageRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'there is at least one message',
    source: 'https://platform.claude.com/docs/en/api/messages',
    check: ({ body }) =>
      body.messages.length === 0 ? 'messages: at least one message is required' : undefined,
  },
  {
    name: 'a system message is taken only by models that know it, and only after a user turn',
    source: 'https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-8',
    check: ({ body, model }) => refuseSystemMessage(body.messages, model.systemMessages),
  },
  {
    name: 'the first message is a user message',
    source: 'https://platform.claude.com/docs/en/api/messages',
    check: ({ body }) =>
      body.messages[0]?.role === 'user'
        ? undefined
        : 'messages: first message must use the "user" role',
  },
  {
    name: 'roles alternate, where the service does not combine turns',
    source: 'https://platform.claude.com/docs/en/api/messages',
    check: ({ body, turns }) =>
      turns === 'combined' ? undefined : refuseRepeatedRole(body.messages),
  },
  {
    name: 'a message has content, but for a last one of the assistant',
    source: 'https://platform.claude.com/docs/en/api/messages',
    check: ({ body }) => refuseEmptyMessage(body.messages),
  },
  {
    name: 'a text block has text in it',
    source: 'https://github.com/anthropics/claude-code/issues/59812',
    check: ({ body }) => refuseEmptyText(body),
  },
  {
    name: 'tool_use is said by the assistant, tool_result by the user',
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls',
    check: ({ body }) => refuseMisplacedBlock(body.messages),
  },
  {
    name: 'the ids of tool_use blocks are unique',
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls',
    check: ({ body }) => refuseRepeatedId(body.messages),
  },
  {
    name: 'a tool_result answers a tool_use of the turn before',
    source: 'https://github.com/anthropics/claude-code/issues/13460',
    check: ({ body }) => refuseOrphanResult(toConversation(body.messages)),
  },
  {
    name: 'every tool_use is answered at the start of the next turn',
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls',
    check: ({ body }) => refuseMissingResult(toConversation(body.messages)),
  },
  {
    name: 'a tool_use is answered once',
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls',
    check: ({ body }) => refuseSecondResult(toConversation(body.messages)),
  },
  {
    name: 'a result that is an error says something',
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls',
    check: ({ body }) => refuseSilentError(body.messages),
  },
  {
    name: 'a prefilled answer does not end in white space',
    source: 'https://platform.claude.com/docs/en/api/messages',
    check: ({ body }) => refuseTrailingSpace(body.messages.at(-1)),
  },
  {
    name: 'only some models continue a prefilled answer',
    source: 'https://platform.claude.com/docs/en/api/errors#prefill-not-supported',
    check: ({ body, model }) =>
      model.prefill === 'refused' && body.messages.at(-1)?.role === 'assistant'
        ? 'This model does not support assistant message prefill. The conversation must end with a user message.'
        : undefined,
  },
];

export function blocksOf(message: InputMessage): readonly ContentBlock[] {
  return typeof message.content === 'string'
    ? [{ type: 'text', text: message.content }]
    : message.content;
}

function refuseSystemMessage(
  messages: readonly InputMessage[],
  systemMessages: 'taken' | 'refused',
): string | undefined {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'system') continue;
    if (systemMessages === 'refused') {
      return 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.';
    }
    if (messages[index - 1]?.role !== 'user') {
      return `messages.${index}: a "system" message must directly follow a "user" message`;
    }
    if (blocksOf(message).some((block) => block.type !== 'text')) {
      return `messages.${index}: "system" messages may only contain text`;
    }
  }
  return undefined;
}

function refuseRepeatedRole(messages: readonly InputMessage[]): string | undefined {
  const repeated = messages.find(({ role }, index) => messages[index - 1]?.role === role);
  return repeated === undefined
    ? undefined
    : `messages: roles must alternate between "user" and "assistant", but found multiple "${repeated.role}" roles in a row`;
}

function refuseEmptyMessage(messages: readonly InputMessage[]): string | undefined {
  const index = messages.findIndex(
    ({ role, content }, at) =>
      content.length === 0 && !(role === 'assistant' && at === messages.length - 1),
  );
  return index === -1
    ? undefined
    : `messages.${index}: all messages must have non-empty content except for the optional final assistant message`;
}

function refuseEmptyText({ messages, system }: CheckedRequest['body']): string | undefined {
  for (const block of Array.isArray(system) ? system : []) {
    if (block.text === '') return 'system: text content blocks must be non-empty';
  }
  for (const message of messages) {
    if (message.content === '') continue;
    for (const block of blocksOf(message).flatMap(withNested)) {
      if (block.type !== 'text' || typeof block.text !== 'string') continue;
      if (block.text === '') return 'messages: text content blocks must be non-empty';
      if (block.text.trim() === '') {
        return 'messages: text content blocks must contain non-whitespace text';
      }
    }
  }
  return undefined;
}

function withNested(
  block: ContentBlock,
): readonly { readonly type: string; readonly text?: unknown }[] {
  if (block.type !== 'tool_result' || !Array.isArray(block.content)) return [block];
  return block.content;
}

function refuseMisplacedBlock(messages: readonly InputMessage[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    const foreign = message.role === 'user' ? 'tool_use' : 'tool_result';
    const home = message.role === 'user' ? 'assistant' : 'user';
    const at = blocksOf(message).findIndex(({ type }) => type === foreign);
    if (at !== -1) {
      return `messages.${index}.content.${at}: \`${foreign}\` blocks can only be in \`${home}\` messages`;
    }
  }
  return undefined;
}

function refuseRepeatedId(messages: readonly InputMessage[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, message] of messages.entries()) {
    for (const [at, block] of blocksOf(message).entries()) {
      if (block.type !== 'tool_use') continue;
      if (seen.has(block.id)) {
        return `messages.${index}.content.${at}: \`tool_use\` ids must be unique`;
      }
      seen.add(block.id);
    }
  }
  return undefined;
}

function refuseOrphanResult(conversation: readonly Speech[]): string | undefined {
  for (const [index, speech] of conversation.entries()) {
    const known = new Set(conversation[index - 1]?.uses ?? []);
    const orphan = speech.results.find(({ id }) => !known.has(id));
    if (orphan !== undefined) {
      return `messages.${orphan.message}.content.${orphan.block}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan.id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
    }
  }
  return undefined;
}

function refuseMissingResult(conversation: readonly Speech[]): string | undefined {
  for (const [index, speech] of conversation.entries()) {
    const answered = new Set(conversation[index + 1]?.leadingResults ?? []);
    const missing = speech.uses.filter((id) => !answered.has(id));
    if (missing.length > 0) {
      return `messages.${speech.lastMessage}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
    }
  }
  return undefined;
}

function refuseSecondResult(conversation: readonly Speech[]): string | undefined {
  for (const { results } of conversation) {
    const seen = new Set<string>();
    for (const { id, message, block } of results) {
      if (seen.has(id)) {
        return `messages.${message}.content.${block}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`;
      }
      seen.add(id);
    }
  }
  return undefined;
}

function refuseSilentError(messages: readonly InputMessage[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    const at = blocksOf(message).findIndex(
      (block) =>
        block.type === 'tool_result' &&
        block.is_error === true &&
        (block.content ?? '').length === 0,
    );
    if (at !== -1) {
      return `messages.${index}.content.${at}.tool_result: content cannot be empty if \`is_error\` is true`;
    }
  }
  return undefined;
}

function refuseTrailingSpace(last: InputMessage | undefined): string | undefined {
  if (last?.role !== 'assistant') return undefined;
  const block = blocksOf(last).at(-1);
  return block?.type === 'text' && block.text !== block.text.trimEnd()
    ? 'messages: final assistant content cannot end with trailing whitespace'
    : undefined;
}
