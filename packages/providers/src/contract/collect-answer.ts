import type { AssistantMessage, AssistantPart, Origin } from '@cuttle/core-types';
import type { CallEvent, ModelEvent } from '@cuttle/core-types/ports';

/** What a stream came to: everything it yielded, with what it told of calls apart, and how it ended. */
export interface CollectedAnswer {
  readonly events: readonly ModelEvent[];
  readonly calls: readonly CallEvent[];
  readonly error: unknown;
}

export async function collectAnswer(stream: AsyncIterable<ModelEvent>): Promise<CollectedAnswer> {
  const events: ModelEvent[] = [];
  const calls: CallEvent[] = [];
  try {
    for await (const event of stream) {
      if (isOfCall(event)) calls.push(event);
      else events.push(event);
    }
    return { events, calls, error: undefined };
  } catch (error) {
    return { events, calls, error };
  }
}

function isOfCall(event: ModelEvent): event is CallEvent {
  return event.type === 'usage' || event.type === 'call.start' || event.type === 'call.cut';
}

export function textIn(events: readonly ModelEvent[], type: 'text' | 'thinking' = 'text'): string {
  const deltas = events.filter(
    (event) => event.type === 'text.delta' || event.type === 'thinking.delta',
  );
  return deltas.map((event) => (event.type === `${type}.delta` ? event.text : '')).join('');
}

/** The message that a transcript keeps of an answer, its parts in order of their blocks. */
export function toAssistantMessage(
  events: readonly ModelEvent[],
  origin: Origin,
): AssistantMessage {
  const parts: AssistantPart[] = [];
  const blocks = new Map<string, number>();
  const put = (blockId: string, part: AssistantPart): void => {
    const at = blocks.get(blockId);
    if (at === undefined) blocks.set(blockId, parts.push(part) - 1);
    else parts[at] = part;
  };
  const partOf = (blockId: string): AssistantPart | undefined => parts[blocks.get(blockId) ?? -1];
  for (const event of events) {
    switch (event.type) {
      case 'text.delta': {
        const known = partOf(event.blockId);
        const before = known?.type === 'text' ? known.text : '';
        put(event.blockId, { type: 'text', text: before + event.text });
        break;
      }
      case 'thinking.delta': {
        const known = partOf(event.blockId);
        const before = known?.type === 'thinking' ? known.text : '';
        put(event.blockId, { type: 'thinking', text: before + event.text });
        break;
      }
      case 'thinking.end': {
        const known = partOf(event.blockId);
        const { signature, redacted } = event;
        put(event.blockId, {
          type: 'thinking',
          text: known?.type === 'thinking' ? known.text : '',
          ...(signature !== undefined && { signature }),
          ...(redacted !== undefined && { redacted }),
        });
        break;
      }
      case 'tool.call': {
        const { type: _type, ...call } = event;
        parts.push({ type: 'tool-call', ...call });
        break;
      }
      case 'opaque':
        parts.push(event.part);
        break;
      case 'route':
      case 'call.start':
      case 'call.cut':
      case 'usage':
      case 'finish':
        break;
    }
  }
  return { role: 'assistant', parts, origin };
}
