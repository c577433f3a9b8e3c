import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import type { ContentBlock, Message } from './request-schema.ts';

const messageDocs =
  'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html';
const documentDocs =
  'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html';

export function messagesOf({ body }: CheckedRequest): readonly Message[] {
  return body.messages ?? [];
}

/** The rules on the list of messages. Each refusal is the service's own sentence, or a model's where it begins so. */
export const messageRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'a conversation starts with the user',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/192',
    check: (request) =>
      messagesOf(request)[0]?.role === 'user'
        ? undefined
        : 'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
  },
  {
    name: 'roles alternate',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/130',
    check: (request) => refuseRepeatedRole(messagesOf(request)),
  },
  {
    name: 'a message has content',
    source: messageDocs,
    check: (request) => {
      const at = messagesOf(request).findIndex(({ content }) => content.length === 0);
      return at === -1
        ? undefined
        : `The content field in the Message object at messages.${at} is empty. Add a ContentBlock object to the content field and try again.`;
    },
  },
  {
    name: 'a text block has text in it',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/141',
    check: (request) =>
      findBlock(messagesOf(request), (block) =>
        block.text !== undefined && block.text.trim() === ''
          ? (at) =>
              `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`
          : undefined,
      ),
  },
  {
    name: 'media and results are the user’s, calls and reasoning the assistant’s',
    source: messageDocs,
    check: (request) => findBlock(messagesOf(request), refuseMisplaced),
  },
  {
    name: 'a message holds at most twenty images, five documents and one film',
    source: messageDocs,
    check: (request) => refuseTooMany(messagesOf(request)),
  },
  {
    name: 'a document comes with text',
    source: messageDocs,
    check: (request) => refuseLonelyDocument(messagesOf(request)),
  },
  {
    name: 'names of documents are plain',
    source: documentDocs,
    check: (request) =>
      documentNames(messagesOf(request)).every(isPlainName)
        ? undefined
        : "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request.",
  },
  {
    name: 'names of documents are unique',
    source: 'https://github.com/maximhq/bifrost/issues/7003',
    check: (request) => {
      const names = documentNames(messagesOf(request));
      return new Set(names).size < names.length
        ? "Messages can't contain duplicate document names. Rename the document and retry your request."
        : undefined;
    },
  },
  {
    name: 'some models take calls, results and words in turns of their own only',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/141',
    check: (request) =>
      request.model.results === 'mixed' ? undefined : refuseMixedTurn(messagesOf(request)),
  },
];

function refuseRepeatedRole(messages: readonly Message[]): string | undefined {
  return messages.some(({ role }, index) => messages[index - 1]?.role === role)
    ? 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.'
    : undefined;
}

type Refuse = (at: string) => string;

function findBlock(
  messages: readonly Message[],
  refuse: (block: ContentBlock, message: Message) => Refuse | undefined,
): string | undefined {
  for (const [index, message] of messages.entries()) {
    for (const [at, block] of message.content.entries()) {
      const refusal = refuse(block, message);
      if (refusal !== undefined) return refusal(`messages.${index}.content.${at}`);
    }
  }
  return undefined;
}

const userKeys = ['image', 'document', 'video', 'audio', 'toolResult'] as const;
const assistantKeys = ['toolUse', 'reasoningContent'] as const;

function refuseMisplaced(block: ContentBlock, { role }: Message): Refuse | undefined {
  // What a tool of the service itself gave is said by the assistant.
  if (block.toolResult?.type !== undefined && role === 'assistant') return undefined;
  const foreign = (role === 'user' ? assistantKeys : userKeys).find((key) => key in block);
  if (foreign === undefined) return undefined;
  if (foreign === 'reasoningContent') {
    return () =>
      'User messages cannot contain reasoning content. Please remove the reasoning content and try again.';
  }
  return (at) => `The ${foreign} block at ${at} is not allowed in a message of the ${role} role.`;
}

function countOf(message: Message, key: keyof ContentBlock): number {
  return message.content.filter((block) => key in block).length;
}

function refuseTooMany(messages: readonly Message[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    if (countOf(message, 'image') > 20) return `Too many images at messages.${index}: at most 20.`;
    if (countOf(message, 'document') > 5) {
      return `Too many documents at messages.${index}: at most 5.`;
    }
    if (countOf(message, 'video') > 1) return `Too many videos at messages.${index}: at most 1.`;
  }
  return undefined;
}

function refuseLonelyDocument(messages: readonly Message[]): string | undefined {
  const at = messages.findIndex(
    (message) => countOf(message, 'document') > 0 && countOf(message, 'text') === 0,
  );
  return at === -1
    ? undefined
    : `The message at messages.${at} contains a document but no text. Add a text block and try again.`;
}

function documentNames(messages: readonly Message[]): readonly string[] {
  const blocks = messages.flatMap(({ content }) => content);
  const nested = blocks.flatMap(({ toolResult }) => toolResult?.content ?? []);
  return [...blocks, ...nested].flatMap(({ document }) => (document ? [document.name] : []));
}

function isPlainName(name: string): boolean {
  return /^[a-zA-Z0-9\s\-()[\]]+$/.test(name) && !/\s\s/.test(name);
}

function refuseMixedTurn(messages: readonly Message[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    for (const key of ['toolResult', 'toolUse'] as const) {
      const count = countOf(message, key);
      if (count === 0 || count === message.content.length) continue;
      const kind = key === 'toolUse' ? 'use' : 'result';
      return `messages.${index}.content: Conversation blocks and tool ${kind} blocks cannot be provided in the same turn.`;
    }
  }
  return undefined;
}
