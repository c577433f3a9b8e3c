import type { Client } from '@cuttle/client';
import type { SubagentReport } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import { isAtWork } from './subagent-tree.ts';

/** The sub-agents of a session with all below them, as they work. */
export interface SubagentList {
  readonly known: ReadonlySignal<readonly SubagentReport[]>;
  stopOne(id: string): Promise<void>;
  close(): void;
}

interface SubagentListDeps {
  readonly client: Pick<Client, 'call' | 'on' | 'state'>;
  /** Calls once after so many ms. Returns how to cancel. */
  readonly later: (callback: () => void, ms: number) => () => void;
}

/** Those further down begin and end in sessions that the page does not follow: while any is at work, it looks again. */
const lookAgainMs = 1_000;
const most = 500;

export function createSubagentList(
  { client, later }: SubagentListDeps,
  sessionKey: string,
  end: AbortSignal,
): SubagentList {
  const known = signal<readonly SubagentReport[]>([]);
  let asking: 'no' | 'yes' | 'again' = 'no';
  let cancel: (() => void) | undefined;
  const ask = async (): Promise<void> => {
    const { subagents } = await client.call('subagents.list', { sessionKey, limit: most }, end);
    if (JSON.stringify(subagents) !== JSON.stringify(known.value)) known.value = subagents;
    if (subagents.some(isAtWork)) cancel = later(look, lookAgainMs);
  };
  const look = (): void => {
    if (end.aborted) return;
    if (asking !== 'no') {
      asking = 'again';
      return;
    }
    asking = 'yes';
    cancel?.();
    const settle = (): void => {
      const isOld = asking === 'again';
      asking = 'no';
      if (isOld) look();
    };
    // Not told is not wrong: it is asked again with the next event, or when the connection is back.
    ask().then(settle, settle);
  };
  const stops = [
    client.on('session', ({ kind }) => kind === 'subagent' && look()),
    client.state.subscribe(({ status }) => status === 'open' && look()),
  ];
  return {
    known,
    async stopOne(id) {
      await client.call('subagents.stop', { id }, end);
      look();
    },
    close() {
      cancel?.();
      for (const stop of stops) stop();
    },
  };
}
