import type { Readable, Writable } from 'node:stream';

/** One life of a bridge's program. */
export interface BridgeProgram {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  /** Resolves with how it ended, in words; never rejects. */
  readonly end: Promise<string>;
  kill(): void;
}

/** Where the bridge of one account is found, started, and keeps what it must. */
export interface BridgeHost {
  /** Of this account alone, in the home. Whoever writes there makes it, for the owner's eyes alone. */
  readonly folder: string;
  /** The program of a package that was installed for it; undefined where it is not. */
  find(packageName: string): Promise<string | undefined>;
  /** What a person types to install it. */
  installCommand(packageName: string): string;
  start(file: string, args: readonly string[]): BridgeProgram;
}
