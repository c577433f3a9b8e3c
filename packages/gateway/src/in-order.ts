/**
 * Work at one place is done in the order in which it was asked for, one at a time; other places go on side by side. So messages
 * of one conversation are committed as they were sent, however long each takes to be prepared.
 */
export type InOrder = <Value>(place: string, work: () => Promise<Value>) => Promise<Value>;

export function createInOrder(): InOrder {
  /** The last work of each place that has any. */
  const last = new Map<string, Promise<unknown>>();
  const after = async <Value>(
    before: Promise<unknown> | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> => {
    await before?.catch(() => {}); // told to whoever asked for it
    return work();
  };
  return async (place, work) => {
    const mine = after(last.get(place), work);
    last.set(place, mine);
    try {
      return await mine;
    } finally {
      if (last.get(place) === mine) last.delete(place);
    }
  };
}
