import type { InputMessage } from './request-schema.ts';

/** Where a tool_result stands in the request. */
export interface ResultPlace {
  readonly id: string;
  readonly message: number;
  readonly block: number;
}

/** What one side says until the other speaks: the service combines neighbours of one role. */
export interface Speech {
  readonly role: 'user' | 'assistant';
  /** The index of its last message. */
  readonly lastMessage: number;
  /** The ids of its tool_use blocks. */
  readonly uses: readonly string[];
  readonly results: readonly ResultPlace[];
  /** The ids of the results that stand before anything else. */
  readonly leadingResults: readonly string[];
}

/** https://platform.claude.com/docs/en/api/messages: "Consecutive user or assistant turns in your request will be combined into a single turn." */
export function toConversation(messages: readonly InputMessage[]): readonly Speech[] {
  const conversation: OpenSpeech[] = [];
  for (const [index, message] of messages.entries()) {
    // A system message stands inside the user's turn.
    if (message.role === 'system') continue;
    let speech = conversation.at(-1);
    if (speech?.role !== message.role) {
      speech = {
        role: message.role,
        lastMessage: index,
        uses: [],
        results: [],
        leadingResults: [],
        leads: true,
      };
      conversation.push(speech);
    }
    speech.lastMessage = index;
    addBlocks(speech, message);
  }
  return conversation;
}

interface OpenSpeech extends Speech {
  lastMessage: number;
  uses: string[];
  results: ResultPlace[];
  leadingResults: string[];
  leads: boolean;
}

function addBlocks(speech: OpenSpeech, { content }: InputMessage): void {
  if (typeof content === 'string') {
    speech.leads = false;
    return;
  }
  for (const [block, part] of content.entries()) {
    if (part.type === 'tool_use') speech.uses.push(part.id);
    if (part.type === 'tool_result') {
      speech.results.push({ id: part.tool_use_id, message: speech.lastMessage, block });
      if (speech.leads) speech.leadingResults.push(part.tool_use_id);
    } else {
      speech.leads = false;
    }
  }
}
