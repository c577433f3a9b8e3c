import { event, type Frame } from '../wire-frame.ts';

export type Item = Readonly<Record<string, unknown>>;

/** The numbered events of one answer, and the items that they were about. */
export interface EventLine {
  readonly frames: Frame[];
  /** The items that ended, as they stand in the whole answer. */
  readonly items: readonly Item[];
  emit(type: string, fields: object, delayMs?: number): void;
  /** Puts a wait of something that is not shown before what is shown next. */
  wait(delayMs: number): void;
  /** Where the events of the item that is open belong. */
  place(itemId: string): object;
  added(item: Item): void;
  done(item: Item): void;
}

/** https://platform.openai.com/docs/api-reference/responses-streaming */
export function createEventLine(): EventLine {
  const frames: Frame[] = [];
  const items: Item[] = [];
  let sequence = 0;
  let waitMs = 0;
  function emit(type: string, fields: object, delayMs = 0): void {
    const data = JSON.stringify({ type, sequence_number: sequence, ...fields });
    sequence += 1;
    frames.push(event(`event: ${type}\ndata: ${data}\n\n`, delayMs + waitMs));
    waitMs = 0;
  }
  return {
    frames,
    items,
    emit,
    wait(delayMs) {
      waitMs += delayMs;
    },
    place: (itemId) => ({ item_id: itemId, output_index: items.length }),
    added: (item) => emit('response.output_item.added', { output_index: items.length, item }),
    done(item) {
      emit('response.output_item.done', { output_index: items.length, item });
      items.push(item);
    },
  };
}
