/** What a gateway of tasks was asked, and what it took. */
export interface LocalTasks {
  readonly fetch: typeof globalThis.fetch;
  readonly asked: readonly { readonly method: string; readonly params: Params }[];
  /** What counts as reported, by task, in order. */
  said(taskId: string): readonly string[];
  ends(taskId: string): readonly string[];
  add(taskId: string): void;
  /** Decides on each request before it is answered: `lost` never arrives, `mute` arrives and is not answered. */
  faults: (method: string, params: Params) => 'lost' | 'mute' | Refusal | undefined;
  /** Nobody wants the result of a task any more. */
  stop(taskId: string): void;
  /** The lease of a task is another worker's. */
  giveAway(taskId: string): void;
  /** Resolves when something holds; looked at after each request. */
  until(holds: () => boolean): Promise<void>;
}
export interface Params {
  readonly [name: string]: unknown;
}
export interface Refusal {
  readonly status: number;
  readonly code: string;
}
interface Task {
  readonly id: string;
  fence: string | undefined;
  key: unknown;
  leases: number;
  acked: number;
  said: string[];
  readonly ends: string[];
  stopped: boolean;
}

/** The methods of workers as the gateway keeps them, over a network that may do anything. */
export function createLocalTasks(): LocalTasks {
  const tasks = new Map<string, Task>();
  const asked: { method: string; params: Params }[] = [];
  const waiting = new Set<() => void>();
  const find = (id: string): Task => {
    const task = tasks.get(id);
    if (!task) throw new Error(`There is no task ${id}.`);
    return task;
  };
  const local: LocalTasks = {
    asked,
    said: (id) => find(id).said,
    ends: (id) => tasks.get(id)?.ends ?? [],
    add(id) {
      const none = { fence: undefined, key: undefined, leases: 0, acked: 0, stopped: false };
      tasks.set(id, { id, ...none, said: [], ends: [] });
    },
    faults: () => undefined,
    stop: (id) => void (find(id).stopped = true),
    giveAway: (id) => Object.assign(find(id), { fence: 'of another', key: 'of another' }),
    async until(holds) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (holds()) resolve();
      };
      waiting.add(look);
      look();
      await promise;
      waiting.delete(look);
    },
    async fetch(input, init) {
      const method = (input as string).split('/api/')[1] ?? ''; // likewise
      const params = JSON.parse(init?.body as string) as Params; // made by the code under test, as text
      asked.push({ method, params });
      const fault = local.faults(method, params);
      if (fault === 'lost') throw new TypeError('fetch failed');
      const answer = typeof fault === 'object' ? refuse(fault) : answerTo(tasks, method, params);
      for (const look of waiting) look();
      // A poll that finds nothing costs its time.
      if (Object.keys(answer.body).length === 0) await new Promise((next) => setTimeout(next, 5));
      init?.signal?.throwIfAborted();
      if (fault === 'mute') throw new TypeError('other side closed');
      return Response.json(answer.body, { status: answer.status });
    },
  };
  return local;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function refuse({ status, code }: Refusal): Answer {
  return { status, body: { error: { code, message: 'No.', retryable: false } } };
}

function answerTo(tasks: ReadonlyMap<string, Task>, method: string, params: Params): Answer {
  if (method === 'workers.claim') return { status: 200, body: claim([...tasks.values()], params) };
  const task = tasks.get(String(params['taskId']));
  if (task?.fence === undefined || task.fence !== params['fence'])
    return refuse({ status: 409, code: 'subagent.lease-lost' });
  const isEnd = method === 'workers.finish';
  if (task.stopped || (task.ends.length > 0 && !isEnd))
    return { status: 200, body: { acked: task.acked, stopped: true, ended: true } };
  take(task, params, isEnd);
  const ended = task.ends.length > 0;
  return { status: 200, body: { acked: task.acked, stopped: false, ...(isEnd && { ended }) } };
}

function take(task: Task, { seq, text, outcome }: Params, isEnd: boolean): void {
  if (seq !== task.acked + 1 || task.ends.length > 0) return;
  task.acked += 1;
  if (typeof text === 'string') task.said.push(text);
  if (isEnd) task.ends.push(String(outcome));
}

function claim(tasks: readonly Task[], { idempotencyKey: key }: Params): object {
  const open = tasks.filter(({ ends, stopped }) => ends.length === 0 && !stopped);
  const task = open.find((one) => one.key === key) ?? open.find(({ fence }) => fence === undefined);
  if (!task) return {};
  if (task.key !== key || task.acked > 0) {
    task.leases += 1;
    Object.assign(task, { key, fence: `fence ${task.leases}`, acked: 0, said: [] });
  }
  const { id: taskId, fence, leases: attempt } = task;
  return { task: { taskId, fence, attempt, label: taskId, text: `do ${taskId}` } };
}
