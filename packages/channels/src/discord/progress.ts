import { z } from 'zod';
import { isLater } from './snowflake.ts';

/** What is kept in a row: how far the account has read. */
export const DiscordCheckpoint = z.object({
  v: z.literal(1),
  /** The session to resume, and the last event of it behind which nothing is missing. */
  session: z.object({ id: z.string(), url: z.string(), seq: z.int() }).nullable(),
  /** Everything that was said before this id was taken in. */
  since: z
    .string()
    .regex(/^\d{1,20}$/)
    .nullable(),
  /** Private channels that were written in, the latest last: Discord does not list them. */
  direct: z.array(z.string()),
});
export type DiscordCheckpoint = z.infer<typeof DiscordCheckpoint>;

/** Of the events of one session: which are taken in without a gap. */
export interface Progress {
  readonly pending: number;
  /** The number up to which nothing is missing; 0 before the first. */
  readonly committed: number;
  /** The greatest id that was said by then. */
  readonly since: string | undefined;
  /** Begins an event; call the result when it is taken in, with the greatest id that came to light by it. */
  begin(event: { readonly seq: number; readonly id: string | undefined }): (id?: string) => void;
  /** Resolves when nothing is pending. */
  drained(): Promise<void>;
}

export function createProgress(
  from: { readonly committed: number; readonly since: string | undefined },
  onMoved: () => void,
): Progress {
  const queue: { readonly seq: number; id: string | undefined; done: boolean }[] = [];
  const waiting: (() => void)[] = [];
  let { committed, since } = from;
  const settle = (): void => {
    let moved = false;
    for (let head = queue[0]; head?.done === true; [head] = queue) {
      queue.shift();
      moved = true;
      committed = Math.max(committed, head.seq);
      if (head.id !== undefined && (since === undefined || isLater(head.id, since)))
        since = head.id;
    }
    if (moved) onMoved();
    if (queue.length === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    get pending() {
      return queue.length;
    },
    get committed() {
      return committed;
    },
    get since() {
      return since;
    },
    begin({ seq, id }) {
      const entry = { seq, id, done: false };
      queue.push(entry);
      return (found) => {
        entry.id = found ?? id;
        entry.done = true;
        settle();
      };
    },
    drained: () =>
      queue.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve);
          }),
  };
}
