import type { CallEvent, ModelEvent } from '@cuttle/core-types/ports';
import { createRepeatTrim, type RepeatTrim } from './repeat-trim.ts';

/** Makes one answer of what several models say one after the other, each going on where the one before was cut. */
export interface Relay {
  /** The text that the reader has seen. */
  readonly shown: string;
  /** The model began anew and said something else, so that no whole answer can come of it. */
  readonly isAnew: boolean;
  /** Another model goes on. What the one before said and nobody saw is forgotten. */
  begin(): void;
  /** What the reader may see now. */
  pass(event: Exclude<ModelEvent, CallEvent>): readonly ModelEvent[];
}

/** Of the model that speaks now. */
interface Speaker {
  /** Undefined for the first: all that it says is new. */
  readonly trim: RepeatTrim | undefined;
  /** Keeps the blocks of one model apart from those of another. */
  readonly prefix: string;
  /** Where its first text goes: the block that was cut. */
  readonly goesOnIn: string | undefined;
  readonly textIds: Map<string, string>;
  lastText: string | undefined;
  /** The first call and all after it, in order. */
  held: ModelEvent[] | undefined;
}

/**
 * - Calls, and what follows them, are held back until the answer is whole: half of them is none.
 * - Text goes on in the block that was cut, without what was shown before.
 * - Thinking before the first text is shown as it comes. Thinking of a model that goes on is not: it would stand in the middle
 *   of the text, and its subject is where to go on.
 */
export function createRelay(): Relay {
  let shown = '';
  let count = 0;
  let last: { readonly type: 'text' | 'thinking'; readonly blockId: string } | undefined;
  let speaker = toSpeaker({ count, shown, goesOnIn: undefined });
  const sayText = (blockId: string, text: string): readonly ModelEvent[] => {
    if (text === '') return [];
    shown += text;
    const id = textIdOf(speaker, blockId);
    if (last?.blockId !== id) last = { type: 'text', blockId: id };
    return [{ type: 'text.delta', blockId: id, text }];
  };
  const flush = (): readonly ModelEvent[] => {
    const { trim, lastText } = speaker;
    return trim && lastText !== undefined ? sayText(lastText, trim.end()) : [];
  };
  const passThinking = (
    event: Extract<ModelEvent, { type: 'thinking.delta' | 'thinking.end' }>,
  ): readonly ModelEvent[] => {
    if (speaker.trim) return [];
    const blockId = speaker.prefix + event.blockId;
    if (last?.blockId !== blockId) last = { type: 'thinking', blockId };
    return [{ ...event, blockId }];
  };
  return {
    get shown() {
      return shown;
    },
    get isAnew() {
      return speaker.trim?.isAnew ?? false;
    },
    begin() {
      count += 1;
      const goesOnIn = last?.type === 'text' ? last.blockId : undefined;
      speaker = toSpeaker({ count, shown, goesOnIn });
    },
    pass(event) {
      if (speaker.held && event.type !== 'finish') {
        speaker.held.push(event);
        return [];
      }
      switch (event.type) {
        case 'text.delta':
          speaker.lastText = event.blockId;
          return sayText(event.blockId, speaker.trim?.push(event.text) ?? event.text);
        case 'thinking.delta':
        case 'thinking.end':
          return passThinking(event);
        case 'tool.call':
          speaker.held = [event];
          return flush();
        case 'finish':
          return [...flush(), ...renamed(speaker), event];
        case 'opaque':
        case 'route':
          return [...flush(), event];
      }
    },
  };
}

function toSpeaker({
  count,
  shown,
  goesOnIn,
}: {
  readonly count: number;
  readonly shown: string;
  readonly goesOnIn: string | undefined;
}): Speaker {
  return {
    trim: shown === '' ? undefined : createRepeatTrim(shown),
    prefix: count > 1 ? `${count}:` : '',
    goesOnIn,
    textIds: new Map(),
    lastText: undefined,
    held: undefined,
  };
}

function textIdOf({ textIds, goesOnIn, prefix }: Speaker, blockId: string): string {
  const known = textIds.get(blockId);
  if (known !== undefined) return known;
  const id = textIds.size === 0 && goesOnIn !== undefined ? goesOnIn : prefix + blockId;
  textIds.set(blockId, id);
  return id;
}

/** What was held back, its blocks under the names that the reader knows. */
function renamed(speaker: Speaker): readonly ModelEvent[] {
  return (speaker.held ?? []).map((event) => {
    if (event.type === 'text.delta') return { ...event, blockId: textIdOf(speaker, event.blockId) };
    if (event.type === 'thinking.delta' || event.type === 'thinking.end')
      return { ...event, blockId: speaker.prefix + event.blockId };
    return event;
  });
}
