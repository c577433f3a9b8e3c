import type { Readable, Writable } from 'node:stream';
import type { Environment } from '@cuttle/config';
import type { NewId } from '@cuttle/core-types';
import type { Clock } from '@cuttle/core-types/ports';
import type { Processes } from './processes.ts';

/** A stream of the process; a terminal says so and knows its width. */
export type InStream = Readable & { readonly isTTY?: boolean | undefined };
export type OutStream = Writable & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** Everything of the outer world that the commands touch. */
export interface CliContext {
  readonly version: string;
  readonly env: Environment;
  readonly stdin: InStream;
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  /** The user's own folder. */
  readonly userFolder: string;
  /** The server's program. */
  readonly serverEntry: string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly fetch: typeof fetch;
  readonly processes: Processes;
  /** Shows a page to the person; false where there is no browser to show it in. */
  openBrowser(url: string): Promise<boolean>;
  /** Lets the person change a text, and gives it to `use`. Throws `request.invalid` where there is no editor. */
  readonly editText: EditText;
  /** Calls the listener for each signal that asks the program to end. Returns how to stop. */
  onSignal(listener: (signal: EndSignal) => void): () => void;
}

export type EditText = (
  draft: { readonly name: string; readonly text: string },
  use: (text: string) => Promise<void>,
) => Promise<void>;

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
