import type { NewId } from '@cuttle/core-types';
import type { Clock, MediaReading, Store, Subagents, Tool } from '@cuttle/core-types/ports';
import type { Runtime } from '@cuttle/runtime';
import {
  type ConvertPage,
  createAgentTools,
  createConfigTool,
  createFetchTool,
  createFileSendTool,
  createFileTools,
  createMathEvaluator,
  createMathTools,
  createMemoryTools,
  createMessageTool,
  createNoteTools,
  createReminderTools,
  createSessionTools,
  createTimeTools,
  type Memory,
  type WorkspacePlace,
} from '@cuttle/tools';
import { CuttleError } from '@cuttle/core-types/errors';

interface ToolDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly memory: Memory;
  readonly placeOf: (agentId: string) => WorkspacePlace;
  readonly config: () => unknown;
  readonly secrets: () => readonly string[];
  /** Files of worker threads, where a bundle has them. */
  readonly workers: { readonly math?: URL };
  /** Guarded: agents say what is fetched. */
  readonly agentFetch: typeof fetch;
  readonly pages: { readonly convert: ConvertPage };
  /** What the bytes of a file are. */
  readonly inspect: MediaReading['inspect'];
  /** Takes what must be closed with the server. */
  readonly scope: AsyncDisposableStack;
  /** The runtime that the tools serve; it is made after them. */
  readonly runtime: () => Runtime;
}

/** Every tool this app ships. */
export function createTools({
  store,
  clock,
  newId,
  memory,
  placeOf: workspaceOf,
  config,
  secrets,
  workers,
  agentFetch,
  pages,
  inspect,
  scope,
  runtime,
}: ToolDeps): readonly Tool[] {
  const { journal, reader } = store;
  const placeOf = ({ runId }: { runId: string }) => {
    const place = runtime().placeOf(runId);
    if (!place) throw new CuttleError('run.not-found', 'This run has ended.');
    return place;
  };
  const taintOf = ({ runId }: { runId: string }) => runtime().placeOf(runId)?.taint ?? [];
  const schedules = {
    cancelSchedule: journal.cancelSchedule,
    async putSchedule(draft: Parameters<typeof journal.putSchedule>[0]) {
      const put = await journal.putSchedule(draft);
      runtime().schedulesChanged();
      return put;
    },
  };
  const { math } = workers;
  const pictures = { inspect, blobs: store.blobs };
  const evaluator = scope.use(createMathEvaluator({ clock }, { ...(math && { worker: math }) }));
  return [
    ...createTimeTools({ clock }),
    ...createMathTools(evaluator),
    ...createNoteTools({ reader, journal, taintOf }),
    ...createReminderTools({ journal: schedules, reader, clock, newId, placeOf, taintOf }),
    ...createMemoryTools({ memory, clock, taintOf }),
    ...createFileTools({ placeOf: workspaceOf, pictures }),
    ...createFileSendTool({ placeOf: workspaceOf, ...pictures }),
    ...createFetchTool({ fetch: agentFetch, convert: pages.convert, pictures }),
    ...createSessionTools({ reader }),
    ...createMessageTool(),
    ...createAgentTools({ subagents: lateSubagents(runtime) }),
    ...createConfigTool({ config, secrets }),
  ];
}

/** The tools are made before the runtime that they serve. */
function lateSubagents(runtime: () => Runtime): Subagents {
  const tools = (): Subagents => runtime().subagents.tools;
  return {
    spawn: (task, caller) => tools().spawn(task, caller),
    takeResults: (input, caller) => tools().takeResults(input, caller),
    steer: (input, caller) => tools().steer(input, caller),
    stop: (input, caller) => tools().stop(input, caller),
    list: (caller) => tools().list(caller),
    send: (message, caller) => tools().send(message, caller),
  };
}
