/** Other programs. Contract: none of the methods throws because a program is gone. */
export interface Processes {
  /** Starts a Node program in a process group of its own, so that a signal to ours reaches it once, through us. */
  start(entry: string, options: StartOptions): Started;
  isAlive(pid: number): boolean;
  /** False where there is no such process. */
  signal(pid: number, signal: NodeJS.Signals): boolean;
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `inherit`: it speaks on our streams and we wait for it. A file: it speaks there and outlives us. */
  readonly output: 'inherit' | { readonly file: string };
}

export interface Started {
  readonly pid: number | undefined;
  /** Resolves with its exit status; 128 + number for a signal, as a shell says. */
  readonly exited: Promise<number>;
}
