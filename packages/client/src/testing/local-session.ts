import type { AssistantMessage, RunEvent } from '@cuttle/core-types';
import { type LocalGateway, type Peer, Refusal } from './local-gateway.ts';

interface Entry {
  readonly seq: number;
  readonly runId?: string;
  readonly inboundId?: string;
  readonly step?: number;
  readonly messages: readonly unknown[];
  readonly at: string;
}

/** One session with a transcript, durable events and an open step, as the gateway keeps it. */
export interface LocalSession {
  readonly key: string;
  /** A message arrives and waits. */
  queue(inboundId: string, text: string): void;
  /** A step begins: what waits enters the transcript. */
  beginStep(runId: string, step: number): void;
  say(text: string): void;
  /** The step's answer is stored. */
  endStep(): void;
  endRun(status?: 'completed' | 'failed'): void;
  /** All cursors so far are forgotten. */
  forget(): void;
  readonly entries: readonly Entry[];
  readonly activeRunId: string | undefined;
}

const at = '2026-01-01T00:00:00.000Z';
const usage = { inputTokens: 1, outputTokens: 1 };

export function createLocalSession(gateway: LocalGateway, key = 'agent:main:main'): LocalSession {
  const journal = createJournal(key);
  let queued: { inboundId: string; text: string; at: string }[] = [];
  let open: { runId: string; step: number; text: string } | undefined;
  let activeRunId: string | undefined;
  let forgotten = 0;
  const { entries, put, send, record } = journal;

  serve(gateway, { key, journal, now: () => ({ queued, open, activeRunId, forgotten }) });

  return {
    key,
    entries,
    get activeRunId() {
      return activeRunId;
    },
    queue(inboundId, text) {
      queued = [...queued, { inboundId, text, at }];
      record('session', { sessionKey: key, kind: 'inbound', inboundId, text });
    },
    beginStep(runId, step) {
      for (const { inboundId, text } of queued)
        put({ inboundId, messages: [{ role: 'user', parts: [{ type: 'text', text }] }] });
      queued = [];
      if (activeRunId !== runId)
        record('agent', journal.ofRun(runId, { type: 'run.start', model: 'm' }));
      activeRunId = runId;
      open = { runId, step, text: '' };
      record('agent', journal.ofRun(runId, { type: 'step.start', step, attempt: 1 }));
    },
    say(text) {
      const { runId, step } = (open ??= { runId: 'none', step: 0, text: '' });
      const blockId = `${step}.0`;
      if (open.text === '') send('agent', journal.ofRun(runId, { type: 'text.start', blockId }));
      open.text += text;
      send('agent', journal.ofRun(runId, { type: 'text.delta', blockId, text }));
    },
    endStep() {
      if (!open) return;
      const { runId, step, text } = open;
      const message = said(text);
      put({ runId, step, messages: [message] });
      open = undefined;
      record('agent', journal.ofRun(runId, { ...stepEnd, step, message }));
    },
    endRun(status = 'completed') {
      const runId = activeRunId ?? '';
      [activeRunId, open] = [undefined, undefined];
      record('agent', journal.ofRun(runId, { type: 'run.end', outcome: outcomes[status] }));
    },
    forget() {
      forgotten = journal.durable.length;
    },
  };
}

function said(text: string): AssistantMessage {
  return { role: 'assistant', parts: [{ type: 'text', text }] };
}

const stepEnd = { type: 'step.end', finish: 'stop', usage, model: 'm' } as const;
const outcomes = {
  completed: { status: 'completed', finish: 'stop' },
  failed: { status: 'failed', error: { code: 'provider.auth', message: 'Refused.' } },
} as const;

interface Journal {
  readonly entries: Entry[];
  readonly durable: { event: string; payload: Record<string, unknown> }[];
  listen(peer: Peer): void;
  put(entry: Omit<Entry, 'seq' | 'at'>): void;
  send(event: string, payload: unknown): void;
  record(event: string, payload: Record<string, unknown>): void;
  ofRun(runId: string, data: RunEvent): Record<string, unknown>;
}

function createJournal(key: string): Journal {
  const entries: Entry[] = [];
  const durable: Journal['durable'] = [];
  const listening = new Set<Peer>();
  let runSeq = 0;
  const send = (event: string, payload: unknown): void => {
    for (const peer of listening) peer.event(event, payload);
  };
  return {
    entries,
    durable,
    send,
    listen: (peer) => listening.add(peer),
    put: (entry) => entries.push({ seq: entries.length + 1, at, ...entry }),
    record(event, payload) {
      const row = { event, payload: { ...payload, cursor: `c${durable.length + 1}` } };
      durable.push(row);
      send(row.event, row.payload);
    },
    ofRun(runId, data) {
      runSeq += 1;
      return { runId, sessionKey: key, seq: runSeq, stream: data.type.split('.')[0], data };
    },
  };
}

interface Served {
  readonly key: string;
  readonly journal: Journal;
  now(): {
    queued: readonly unknown[];
    open: { runId: string; step: number; text: string } | undefined;
    activeRunId: string | undefined;
    forgotten: number;
  };
}

function serve(gateway: LocalGateway, { key, journal, now }: Served): void {
  const { entries, durable, listen, ofRun } = journal;
  gateway.answer('chat.history', ({ limit, before }, peer) => {
    listen(peer);
    const { queued, activeRunId } = now();
    const below = entries.filter(({ seq }) => seq < Number(before ?? Infinity));
    const page = below.slice(-Number(limit));
    const first = page[0]?.seq ?? 1;
    return {
      sessionKey: key,
      entries: page,
      queued,
      ...(first > 1 && { before: first }),
      cursor: `c${durable.length}`,
      ...(activeRunId !== undefined && { activeRunId }),
    };
  });
  // Live events go on while rows are read, and replayed ones carry numbers of their own: the least a gateway promises.
  gateway.answer('events.resume', async ({ cursor }, peer) => {
    const after = Number(String(cursor).slice(1));
    if (after < now().forgotten || (after === 0 && entries.length + durable.length === 0))
      throw new Refusal({ code: 'cursor.expired', message: 'Gone.', retryable: false });
    listen(peer);
    const replay = durable.slice(after);
    for (const [index, { event, payload }] of replay.entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      peer.event(event, { ...payload, seq: 1000 + index });
    }
    const { open } = now();
    if (open && open.text !== '') {
      const { runId, step, text } = open;
      const blockId = `${step}.0`;
      for (const data of [
        { type: 'text.reset', blockId, step, attempt: 1 },
        { type: 'text.start', blockId },
        { type: 'text.delta', blockId, text },
      ] as const)
        peer.event('agent', { ...ofRun(runId, data), seq: 0 });
    }
    return { sessionKey: key, replayed: replay.length, cursor: `c${after + replay.length}` };
  });
}
