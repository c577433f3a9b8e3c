/** Where logins are kept, as texts by name. Contract: a `put` is whole or not at all; readable by the owner only. */
export interface LoginFiles {
  /** Undefined where there is none. */
  read(name: string): Promise<string | undefined>;
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
  /** Runs `work` while nobody else, in this process or another, holds the same name; a holder that dies lets go. */
  withLock<Value>(name: string, work: () => Promise<Value>, signal: AbortSignal): Promise<Value>;
}
