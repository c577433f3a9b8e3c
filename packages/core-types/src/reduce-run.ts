import { addUsage, noUsage } from './add-usage.ts';
import type { RunEvent, RunOutcome } from './run-event.ts';
import type { Usage } from './usage.ts';

export interface RunBlock {
  readonly kind: 'text' | 'thinking';
  readonly blockId: string;
  readonly text: string;
}
export interface RunCall {
  readonly callId: string;
  readonly name: string;
  readonly input: unknown;
  readonly state: 'running' | 'done' | 'failed' | 'unknown' | 'cancelled';
  readonly output: string | undefined;
}
/** What a person sees of a run, folded from its events. */
export interface RunView {
  readonly model: string | undefined;
  readonly blocks: readonly RunBlock[];
  readonly calls: readonly RunCall[];
  readonly usage: Usage;
  readonly outcome: RunOutcome | undefined;
  /** An approval, a provider, a child; or `summary`, while what was said before is made shorter. */
  readonly waiting: string | undefined;
}

export const emptyRun: RunView = {
  model: undefined,
  blocks: [],
  calls: [],
  usage: noUsage,
  outcome: undefined,
  waiting: undefined,
};

/** The one fold from events to view; storage, channels, web and tests use it alike. */
export function reduceRun(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case 'run.start':
      return { ...view, model: event.model, waiting: undefined };
    case 'text.start':
    case 'thinking.start':
      return withBlock(view, {
        kind: event.type === 'text.start' ? 'text' : 'thinking',
        blockId: event.blockId,
        text: '',
      });
    case 'text.delta':
    case 'thinking.delta':
      return withBlock(view, {
        kind: event.type === 'text.delta' ? 'text' : 'thinking',
        blockId: event.blockId,
        text: event.text,
      });
    case 'text.reset':
      return {
        ...view,
        blocks: view.blocks.filter(({ blockId }) => stepOf(blockId) !== event.step),
      };
    case 'tool.call':
      return withCall(view, { ...event, state: 'running', output: undefined });
    case 'tool.result':
      return withResult(view, event);
    case 'step.end':
      return { ...view, usage: addUsage(view.usage, event.usage) };
    case 'usage.update':
      return { ...view, usage: event.usage };
    case 'run.park':
      return { ...view, waiting: event.reason.kind };
    case 'compaction.start':
      return { ...view, waiting: 'summary' };
    case 'compaction.end':
      return { ...view, waiting: undefined };
    case 'step.start':
      return view.waiting === 'summary' ? { ...view, waiting: undefined } : view;
    case 'run.end':
      return { ...view, outcome: event.outcome, waiting: undefined };
    case 'text.end':
    case 'thinking.end':
    case 'tool.progress':
    case 'approval.request':
    case 'approval.resolve':
      return view;
  }
}

/** The answer of a run as every door shows it: the text blocks of all steps, a blank line between steps. */
export function answerText(view: RunView): string {
  const steps = new Map<number, string>();
  for (const block of view.blocks) {
    if (block.kind !== 'text') continue;
    const step = stepOf(block.blockId);
    steps.set(step, (steps.get(step) ?? '') + block.text);
  }
  return joinSteps([...steps.values()]);
}

/** Joins the texts of a run's steps into its answer. */
export function joinSteps(texts: readonly string[]): string {
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}

function stepOf(blockId: string): number {
  return Number(blockId.split('.', 1)[0]);
}

function withBlock(view: RunView, { kind, blockId, text }: RunBlock): RunView {
  const known = view.blocks.some((block) => block.blockId === blockId);
  if (!known) return { ...view, blocks: [...view.blocks, { kind, blockId, text }] };
  const blocks = view.blocks.map((block) =>
    block.blockId === blockId ? { ...block, text: block.text + text } : block,
  );
  return { ...view, blocks };
}

function withCall(view: RunView, { callId, name, input, state, output }: RunCall): RunView {
  const others = view.calls.filter((call) => call.callId !== callId);
  return { ...view, calls: [...others, { callId, name, input, state, output }] };
}

function withResult(view: RunView, event: Extract<RunEvent, { type: 'tool.result' }>): RunView {
  const output = event.result.content
    .map((part) => (part.type === 'text' ? part.text : `[${part.mimeType}]`))
    .join('');
  const known = view.calls.find((call) => call.callId === event.callId);
  const input = known?.input;
  return withCall(view, {
    callId: event.callId,
    name: event.name,
    input,
    state: event.state,
    output,
  });
}
