import { type RunEvent, type RunEventOf, userText } from '@cuttle/core-types';
import { fixedClock, scriptedModel, type ScriptedModel, type ModelScript } from '@cuttle/testkit';
import { type AgentDeps, type AgentInput } from '../agent-input.ts';
import { runAgent } from '../run-agent.ts';

/** A signal that nobody aborts. */
export const never: AbortSignal = new AbortController().signal;

export const question: AgentInput = {
  model: 'm1',
  messages: [userText('hi')],
  identity: { runId: 'r1' },
};

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`It did not fail but gave ${String(value)}`),
    (error: unknown) => error,
  );
}

/** A run that a test may look at afterwards. */
export interface PlayedRun {
  readonly events: readonly RunEvent[];
  readonly model: ScriptedModel;
}

/** Runs to the end on a scripted model. Throws if turns are left over or a call had none. */
export async function playRun(
  script: ModelScript,
  {
    input = {},
    deps = {},
  }: { readonly input?: Partial<AgentInput>; readonly deps?: Partial<AgentDeps> } = {},
  signal: AbortSignal = never,
): Promise<PlayedRun> {
  const model = scriptedModel(script);
  const all = { provider: model, clock: waitingClock, ...deps };
  const events = await collect(runAgent({ ...question, ...input }, all, signal));
  if (!signal.aborted) model.assertDone();
  return { events, model };
}

/** Time stands still: whoever sleeps does so until aborted. */
export const waitingClock = {
  ...fixedClock(),
  sleep: (_ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

export const typesOf = (events: readonly RunEvent[]): string[] => events.map(({ type }) => type);

export function eventsOf<Type extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: Type,
): readonly RunEventOf<Type>[] {
  return events.filter((event): event is RunEventOf<Type> => event.type === type);
}

export function outcomeIn(events: readonly RunEvent[]): RunEventOf<'run.end'>['outcome'] {
  const [end, ...more] = eventsOf(events, 'run.end');
  if (!end || more.length > 0 || events.at(-1) !== end)
    throw new Error(`Not one run.end at the end: ${typesOf(events).join(' ')}`);
  return end.outcome;
}

/** What the model was told about each call, in order. */
export function resultsIn(events: readonly RunEvent[]): readonly (readonly [string, string])[] {
  return eventsOf(events, 'tool.result').map(({ state, result }) => [
    state,
    result.content.map((part) => (part.type === 'text' ? part.text : part.mimeType)).join(''),
  ]);
}
