import type { Client } from '@cuttle/client';
import { connectGateway } from './connect.ts';
import type { CliContext, EndSignal } from './context.ts';
import { createOutput, type Output } from './output.ts';

/** Why a command was left: somebody asked the program to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: EndSignal;
  constructor(signal: EndSignal) {
    super(`Interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly url?: string;
}

/** One command under way: what it says, how it reaches the gateway, and when it must end. */
export interface Job extends Disposable {
  readonly context: CliContext;
  readonly output: Output;
  readonly url: string | undefined;
  /** Aborted when the program is asked to end, unless the command took signals over. */
  readonly signal: AbortSignal;
  /** An open connection, closed with the job. */
  connect(): Promise<Client>;
  /** From now on this hears of signals. */
  takeSignals(listener: (signal: EndSignal) => void): void;
}

export function startJob(context: CliContext, { json = false, url }: CommonOptions): Job {
  const controller = new AbortController();
  const clients: Client[] = [];
  let hear = (signal: EndSignal): void => controller.abort(new Interrupted(signal));
  const stop = context.onSignal((signal) => hear(signal));
  return {
    context,
    url,
    output: createOutput(context, json),
    signal: controller.signal,
    async connect() {
      const client = await connectGateway(context, url, controller.signal);
      clients.push(client);
      return client;
    },
    takeSignals(listener) {
      hear = listener;
    },
    [Symbol.dispose]() {
      stop();
      for (const client of clients) client.close();
    },
  };
}
