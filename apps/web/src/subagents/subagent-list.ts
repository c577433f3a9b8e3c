import type { Client } from '@cuttle/client';
import type { ResultOf, SubagentReport } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { isAtWork } from './subagent-tree.ts';

export type SubagentAsk = Pick<
  ResultOf<'exec.approvals.list'>['approvals'][number],
  'approvalId' | 'sessionKey' | 'tool' | 'input'
>;

/** The sub-agents of a session with all below them, as they work. */
export interface SubagentList {
  readonly known: ReadonlySignal<readonly SubagentReport[]>;
  /** What any of them waits for an approval of. */
  readonly asks: ReadonlySignal<readonly SubagentAsk[]>;
  /** Asks the gateway again: something of them has changed. */
  look(): void;
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
  const asks = signal<readonly SubagentAsk[]>([]);
  let asking: 'no' | 'yes' | 'again' = 'no';
  let cancel: (() => void) | undefined;
  let askedFor = '';
  const ask = async (why: 'news' | 'again'): Promise<void> => {
    const { subagents } = await client.call('subagents.list', { sessionKey, limit: most }, end);
    show(known, subagents);
    const atWork = subagents.filter(isAtWork);
    if (atWork.length === 0) {
      show(asks, []);
      return;
    }
    cancel = later(() => look('again'), lookAgainMs);
    const keys = atWork.map((one) => one.sessionKey);
    // That one asks is an event; that another door decided it is none here.
    if (why === 'again' && asks.value.length === 0 && keys.join() === askedFor) return;
    const { approvals } = await client.call('exec.approvals.list', {}, end);
    askedFor = keys.join();
    const theirs = approvals.filter((one) => keys.includes(one.sessionKey));
    show(asks, theirs);
  };
  const look = (why: 'news' | 'again' = 'news'): void => {
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
    ask(why).then(settle, settle);
  };
  const stops = [
    client.on('session', ({ kind }) => kind === 'subagent' && look()),
    client.state.subscribe(({ status }) => status === 'open' && look()),
  ];
  return {
    known,
    asks,
    look: () => look(),
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

/** What is the same is not drawn again. */
function show<Value>(shown: Signal<Value>, next: Value): void {
  if (JSON.stringify(next) !== JSON.stringify(shown.value)) shown.value = next;
}
