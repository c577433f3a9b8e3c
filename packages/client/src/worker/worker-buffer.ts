/**
 * Where a worker keeps what its gateway has not answered for. Contract:
 * - a line is there for the next life of the worker once `append` has resolved;
 * - `replace` puts other lines in the place of all, wholly or not at all;
 * - one worker at a time uses it, one call after the other.
 */
export interface WorkerBuffer {
  /** What was appended since the last `replace`, oldest first. */
  read(): Promise<readonly string[]>;
  append(line: string): Promise<void>;
  replace(lines: readonly string[]): Promise<void>;
}

/** For a worker whose reports may be lost with its process. */
export function createMemoryBuffer(): WorkerBuffer {
  let held: readonly string[] = [];
  return {
    read: async () => held,
    async append(line) {
      held = [...held, line];
    },
    async replace(lines) {
      held = [...lines];
    },
  };
}
