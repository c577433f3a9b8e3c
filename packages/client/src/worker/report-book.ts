import { isObject } from '../frame.ts';
import type { WorkerBuffer } from './worker-buffer.ts';

/** One report, numbered from 1 under its lease. `outcome`: the last one. */
export interface BookedReport {
  readonly seq: number;
  readonly text?: string;
  readonly progress?: string;
  readonly outcome?: 'completed' | 'failed';
}
export interface BookedLease {
  readonly taskId: string;
  readonly fence: string;
}

/**
 * What a worker must not forget: its claim, its lease and the reports that are not acknowledged. Each is in the buffer before it is used; what is
 * acknowledged goes from the buffer a while after, and is sent again by a life that was cut before: the gateway knows it by its number.
 */
export interface ReportBook {
  /** The key of the claim under way. */
  readonly claim: string | undefined;
  readonly lease: BookedLease | undefined;
  /** Not acknowledged, oldest first. */
  readonly open: readonly BookedReport[];
  begin(claim: string): Promise<void>;
  /** Reports are numbered anew. */
  hold(lease: BookedLease): Promise<void>;
  add(report: Omit<BookedReport, 'seq'>): Promise<void>;
  /** The oldest one was acknowledged. */
  acknowledge(): Promise<void>;
  /** Nothing of the claim is needed any more. */
  clear(): Promise<void>;
}

/** So many acknowledged lines may stay in the buffer. */
const mostKept = 64;

export async function openReportBook(buffer: WorkerBuffer): Promise<ReportBook> {
  const state = fold(await buffer.read());
  const inTurn = createTurns();
  let kept = 0;
  const put = async (entry: Entry, apply: () => void): Promise<void> => {
    await buffer.append(JSON.stringify(entry));
    apply();
  };
  const restart = (claim: string | undefined, lease: BookedLease | undefined): void => {
    Object.assign(state, { claim, lease, open: [], next: 1 });
    kept = 0;
  };
  return {
    get claim() {
      return state.claim;
    },
    get lease() {
      return state.lease;
    },
    get open() {
      return state.open;
    },
    begin: (claim) => inTurn(() => put({ claim }, () => restart(claim, undefined))),
    hold: (lease) =>
      inTurn(() => put({ lease: { ...lease, from: 1 } }, () => restart(state.claim, lease))),
    add: (draft) =>
      inTurn(() => {
        const report = { ...draft, seq: state.next };
        return put({ report }, () => {
          state.open.push(report);
          state.next += 1;
        });
      }),
    acknowledge: () =>
      inTurn(async () => {
        state.open.shift();
        kept += 1;
        if (kept < mostKept) return;
        await buffer.replace(toLines(state));
        kept = 0;
      }),
    clear: () =>
      inTurn(async () => {
        await buffer.replace([]);
        restart(undefined, undefined);
      }),
  };
}

type Entry =
  | { readonly claim: string }
  | { readonly lease: BookedLease & { readonly from: number } }
  | { readonly report: BookedReport };

interface State {
  claim: string | undefined;
  lease: BookedLease | undefined;
  open: BookedReport[];
  /** The number of the next report. */
  next: number;
}

function toLines({ claim, lease, open, next }: State): readonly string[] {
  const entries: Entry[] = [];
  if (claim !== undefined) entries.push({ claim });
  if (lease) entries.push({ lease: { ...lease, from: open[0]?.seq ?? next } });
  return [...entries, ...open.map((report) => ({ report }))].map((entry) => JSON.stringify(entry));
}

/** What is no line of ours is passed over: a report that is missing for it is found out by the gateway. */
function fold(lines: readonly string[]): State {
  const state: State = { claim: undefined, lease: undefined, open: [], next: 1 };
  for (const line of lines) {
    const entry = parseEntry(line);
    if (!entry) continue;
    if ('claim' in entry)
      Object.assign(state, { claim: entry.claim, lease: undefined, open: [], next: 1 });
    else if ('lease' in entry) {
      const { from, ...lease } = entry.lease;
      Object.assign(state, { lease, open: [], next: from });
    } else {
      state.open.push(entry.report);
      state.next = entry.report.seq + 1;
    }
  }
  return state;
}

function parseEntry(line: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isObject(value)) return undefined;
  const { claim, lease, report } = value;
  if (typeof claim === 'string') return { claim };
  if (isObject(lease)) return toLease(lease);
  return isObject(report) ? toReport(report) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function toLease({ taskId, fence, from }: Fields): Entry | undefined {
  if (typeof taskId !== 'string' || typeof fence !== 'string' || typeof from !== 'number')
    return undefined;
  return { lease: { taskId, fence, from } };
}

function toReport({ seq, text, progress, outcome }: Fields): Entry | undefined {
  if (typeof seq !== 'number') return undefined;
  return {
    report: {
      seq,
      ...(typeof text === 'string' && { text }),
      ...(typeof progress === 'string' && { progress }),
      ...((outcome === 'completed' || outcome === 'failed') && { outcome }),
    },
  };
}

/** One after the other, in the order in which they were asked for; a failure is its asker's alone. */
function createTurns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const own = last.then(work);
    last = own.catch(() => {}); // its asker knows
    return own;
  };
}
