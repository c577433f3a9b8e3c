import type { Principal } from '@cuttle/core-types';
import type { Channel, Clock, Store, Tool } from '@cuttle/core-types/ports';
import type { MethodName, ParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import type { CrashPoint, RunListener } from '@cuttle/runtime';
import type { SqliteStoreOptions } from '@cuttle/store/sqlite';
import type { ConfigSource } from './config-source.ts';
import type { ServerLog } from './log.ts';

/** What a server may be given beside its configuration. */
export interface ServerOverrides {
  /** The data folder. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `serve` opens the port and receives from the channels; a worker has only the others: it runs what was accepted, and connects channels to send. Default: all. */
  readonly roles?: readonly ServerRole[];
  /** `none` opens no port: `call` and the channels are the only doors. Default: the port of the configuration. */
  readonly port?: 'none' | undefined;
  /** Hears every run from the first event on. */
  readonly listener?: RunListener;
  /** Tools beyond the shipped ones. */
  readonly tools?: readonly Tool[];
  /** A channel in place of the configured ones, by `<platform>:<account>`, for embedding and tests. */
  readonly channels?: Readonly<Record<string, Channel>>;
  /** In place of the machine's, for tests of what happens with time. */
  readonly clock?: Clock;
  readonly configuration?: ConfigSource;
  readonly log?: ServerLog;
  /** Folder of the built page. */
  readonly pageFolder?: string;
  /** Files of worker threads, where a bundle has them. */
  readonly workers?: {
    readonly writer?: URL;
    readonly reader?: URL;
    readonly math?: URL;
    readonly page?: URL;
    readonly document?: URL;
  };
  /** Names instants for crash tests; see `CrashPoint`. */
  readonly point?: CrashPoint;
  /** The same for the store's own thread. */
  readonly storeCrashPoint?: SqliteStoreOptions['crashPoint'];
}
export type ServerRole = 'serve' | 'run' | 'deliver';

/** The whole gateway in one process. */
export interface CuttleServer extends AsyncDisposable {
  /** Undefined for one that opens no port. */
  readonly url: string | undefined;
  readonly log: ServerLog;
  /** A method of the protocol without a socket, as the owner unless said otherwise. */
  call<Name extends MethodName>(
    name: Name,
    params: ParamsOf<Name>,
    options?: { principal?: Principal; signal?: AbortSignal },
  ): Promise<ResultOf<Name>>;
  /** Resolves when nothing runs, waits or is being sent. */
  settled(): Promise<void>;
  /** What is stored and not done yet, among other figures. */
  counts: Store['reader']['counts'];
  /** Resolves with the reason when the store is lost: the process must end and start anew. */
  readonly failed: Promise<unknown>;
  /** Takes nothing new, waits at most `graceMs` for what runs; the rest goes on at the next start. */
  drain(graceMs: number): Promise<void>;
}
