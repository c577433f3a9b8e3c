/**
 * Text files of an agent's workspace that go into its prompt. Contract:
 * - `read` gives those of the named files that are there, in the order of the names; it never rejects for a file that cannot be used,
 *   which comes with a `problem` and without text;
 * - a file that leads out of the workspace, also through a link, is not read;
 * - an unchanged file (by time and size) is the same object again, and costs no reading.
 */
export interface WorkspaceFiles {
  read(agentId: string, names: readonly string[]): Promise<readonly WorkspaceFile[]>;
}

export interface WorkspaceFile {
  readonly name: string;
  /** The beginning of it, where it is very large. */
  readonly text: string;
  /** Of the whole file. */
  readonly bytes: number;
  /** Bytes at its end that were not read. */
  readonly unread: number;
  /** Why it is not used, in words. */
  readonly problem?: string | undefined;
}
