import type { EncodeContext } from '../model-server.ts';
import type { ScriptedCall } from '../scripted-turns.ts';
import { sliceInput } from '../turn-outline.ts';
import type { EventLine, Item } from './event-line.ts';
import { sealReasoning, toFollowerId } from './proof.ts';

export interface ItemChoices {
  readonly context: EncodeContext;
  /** `reasoning.summary` was asked for. */
  readonly summaries: 'said' | 'unsaid';
  /** `include` names `reasoning.encrypted_content`. */
  readonly encrypted: 'said' | 'unsaid';
  /** Newer models say it of their messages. */
  readonly phase: 'commentary' | 'final_answer' | undefined;
}

/** Says a turn as items, one after the other: neighbours of one kind are one item. */
export interface ItemStream {
  text(words: string, delayMs: number): void;
  thinking(words: string, delayMs: number): void;
  call(part: ScriptedCall): void;
  /** Ends the item that is open. */
  end(): void;
}

interface OpenItem {
  readonly kind: 'text' | 'thinking';
  say(words: string, delayMs: number): void;
  end(): void;
}

export function createItemStream(line: EventLine, choices: ItemChoices): ItemStream {
  let open: OpenItem | undefined;
  let reasoningId: string | undefined;
  let followers = 0;
  function idFor(prefix: string): string {
    if (reasoningId === undefined) return `${prefix}_${choices.context.ids.tail(40)}`;
    followers += 1;
    return toFollowerId(prefix, reasoningId, followers);
  }
  function end(): void {
    open?.end();
    open = undefined;
  }
  function openThinking(): OpenItem {
    reasoningId = `rs_${choices.context.ids.tail(40)}`;
    followers = 0;
    return openReasoning(line, choices, reasoningId);
  }
  function itemOf(kind: OpenItem['kind']): OpenItem {
    if (open?.kind === kind) return open;
    end();
    open = kind === 'text' ? openMessage(line, choices, idFor('msg')) : openThinking();
    return open;
  }
  return {
    end,
    text: (words, delayMs) => itemOf('text').say(words, delayMs),
    thinking: (words, delayMs) => itemOf('thinking').say(words, delayMs),
    call(part) {
      end();
      const callId = part.callId ?? `call_${choices.context.ids.tail(24)}`;
      sayCall(line, part, { id: idFor('fc'), call_id: callId });
    },
  };
}

function openMessage(line: EventLine, { phase }: ItemChoices, id: string): OpenItem {
  let said = '';
  const at = { ...line.place(id), content_index: 0 };
  const part = (text: string): object => ({
    type: 'output_text',
    annotations: [],
    logprobs: [],
    text,
  });
  const message = (status: string, content: readonly object[]): Item => ({
    id,
    type: 'message',
    status,
    content,
    ...(phase !== undefined && { phase }),
    role: 'assistant',
  });
  line.added(message('in_progress', []));
  line.emit('response.content_part.added', { ...at, part: part('') });
  return {
    kind: 'text',
    say(words, delayMs) {
      said += words;
      line.emit('response.output_text.delta', { ...at, delta: words, logprobs: [] }, delayMs);
    },
    end() {
      line.emit('response.output_text.done', { ...at, logprobs: [], text: said });
      line.emit('response.content_part.done', { ...at, part: part(said) });
      line.done(message('completed', [part(said)]));
    },
  };
}

function openReasoning(
  line: EventLine,
  { summaries, encrypted }: ItemChoices,
  id: string,
): OpenItem {
  let thought = '';
  const shown = summaries === 'said';
  const at = { ...line.place(id), summary_index: 0 };
  const part = (words: string): object => ({ type: 'summary_text', text: words });
  line.added({ id, type: 'reasoning', summary: [] });
  if (shown) line.emit('response.reasoning_summary_part.added', { ...at, part: part('') });
  return {
    kind: 'thinking',
    say(words, delayMs) {
      thought += words;
      if (!shown) line.wait(delayMs);
      else line.emit('response.reasoning_summary_text.delta', { ...at, delta: words }, delayMs);
    },
    end() {
      if (shown) {
        line.emit('response.reasoning_summary_text.done', { ...at, text: thought });
        line.emit('response.reasoning_summary_part.done', { ...at, part: part(thought) });
      }
      line.done({
        id,
        type: 'reasoning',
        ...(encrypted === 'said' && { encrypted_content: sealReasoning(id) }),
        summary: shown ? [part(thought)] : [],
      });
    },
  };
}

function sayCall(
  line: EventLine,
  { name, inputText, delayMs }: ScriptedCall,
  ids: { readonly id: string; readonly call_id: string },
): void {
  const call = (status: string, words: string): Item => ({
    ...ids,
    type: 'function_call',
    status,
    arguments: words,
    name,
  });
  const at = line.place(ids.id);
  line.wait(delayMs);
  line.added(call('in_progress', ''));
  for (const delta of sliceInput(inputText))
    line.emit('response.function_call_arguments.delta', { ...at, delta });
  line.emit('response.function_call_arguments.done', { ...at, name, arguments: inputText });
  line.done(call('completed', inputText));
}
