import {
  assistantMessage,
  type CallContent,
  type CallMessage,
  toolMessage,
  userMessage,
} from '../model-call.ts';
import type { ContentBlock, ConverseRequest, Message } from './request-schema.ts';

/** What the request says in neutral words. The results of tools become messages of their own, before the user's words. */
export function toCall(
  body: ConverseRequest,
  asked: { readonly model: string; readonly delivery: CallContent['delivery'] },
): CallContent {
  return {
    dialect: 'bedrock',
    model: asked.model,
    system: textOf(body.system ?? []),
    messages: (body.messages ?? []).flatMap(toMessages),
    tools: (body.toolConfig?.tools ?? []).flatMap(({ toolSpec }) => {
      if (toolSpec === undefined) return [];
      const { name, description = '', inputSchema } = toolSpec;
      return [{ name, description, schema: inputSchema.json }];
    }),
    delivery: asked.delivery,
  };
}

function toMessages({ role, content }: Message): readonly CallMessage[] {
  const words = textOf(content);
  if (role === 'assistant') {
    const calls = content.flatMap(({ toolUse }) =>
      toolUse ? [{ callId: toolUse.toolUseId, name: toolUse.name, input: toolUse.input }] : [],
    );
    return [assistantMessage(words, calls)];
  }
  const results = content.flatMap(({ toolResult }) =>
    toolResult ? [toolMessage(toolResult.toolUseId, resultText(toolResult))] : [],
  );
  return words === '' && results.length > 0 ? results : [...results, userMessage(words)];
}

function textOf(blocks: readonly { readonly text?: string | undefined }[]): string {
  return blocks.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n');
}

function resultText({ content }: NonNullable<ContentBlock['toolResult']>): string {
  const words = content.flatMap(({ text, json }) => {
    if (text !== undefined) return [text];
    return json === undefined ? [] : [JSON.stringify(json)];
  });
  return words.join('\n');
}
