import type { AwaitedSubagent, Subagents, TakenResults } from '@cuttle/core-types/ports';

/** Sub-agents as the kernel keeps them, once per key of a call. Those that are spawned end at once. */
export interface KnownSubagents extends Subagents {
  /** What calls have done, by their keys. */
  readonly done: ReadonlyMap<string, unknown>;
}

const ended: AwaitedSubagent = {
  subagentId: 'sub-1',
  label: 'sums',
  sessionKey: 'agent:main:sub:run-1:1.0',
  state: 'completed',
  outcome: { status: 'completed', finish: 'stop' },
  reply: 'forty-two',
  usage: { inputTokens: 3, outputTokens: 2 },
  taint: ['web'],
  tookMs: 1_500,
  told: false,
};

/** `found` is what becomes of those that are asked for. */
export function createKnownSubagents(found: Partial<TakenResults> = {}): KnownSubagents {
  const done = new Map<string, unknown>();
  const { sessionKey, subagentId } = ended;
  const taken = { settled: true, untilMs: 0, subagents: [ended], unknown: [], ...found };
  return {
    done,
    async spawn(task, { key }) {
      done.set(`spawn ${key}`, task);
      return { subagentId, sessionKey, mustWait: false };
    },
    async takeResults(input, { key }) {
      if (taken.settled) done.set(`take ${key}`, input);
      return taken;
    },
    async steer(steering, { key }) {
      done.set(`steer ${key}`, steering);
      return true;
    },
    async stop(stopping, { key }) {
      done.set(`stop ${key}`, stopping);
      return true;
    },
    list: async () => [
      {
        ...ended,
        kind: 'task',
        agentId: 'main',
        parentRunId: 'run-1',
        parentSessionId: 's1',
        parentSessionKey: 'k1',
        rootRunId: 'run-1',
        sessionId: 's2',
        runId: 'sub-1',
        depth: 1,
        result: 'queued',
        worker: undefined,
        progress: undefined,
        deadlineAt: undefined,
        createdAt: 0,
        endedAt: 1_500,
      },
    ],
    async send(message, { key }) {
      done.set(`send ${key}`, message);
      return { sessionKey, subagentId: message.wait ? subagentId : undefined };
    },
  };
}
