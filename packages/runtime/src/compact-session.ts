import type { Message } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';
import { fitContext } from '@cuttle/agent';
import { compact } from './compact.ts';
import type { RunState } from './run-state.ts';

/** What a summariser is trusted to read where nobody says how large its window is. */
const assumedWindow = 32_000;

/**
 * The run of a person who asked for a summary: everything but the newest part is summarised, and what was done is its answer. Begun again after
 * a cut, it goes on where it was.
 */
export async function compactSession(
  state: RunState,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<string> {
  const { fit, step, context } = state;
  const window = fit.window ?? assumedWindow;
  const fixedTokens = fit.meter.ofText(context.system ?? '');
  const room = { window, fixedTokens, scale: fit.scale ?? 1000, refusals: 0 };
  let left = messages;
  while (!isDone(state)) {
    const view = fitContext(left, room, fit);
    // Of a short conversation too, the newest part alone stays.
    const keep = Math.min(view.room, fit.meter.ofMessages(left));
    const done = await compact(state, { step, room, view, isForced: true, keep }, signal);
    if (!done) break;
    left = done.messages;
  }
  const { summary, summaryUpto } = fit;
  if (!summary || summary.runId !== state.claimed.runId || summaryUpto === undefined)
    return textFor('context.nothing');
  return textFor('context.compacted', { entries: summary.entries });
}

/** This very run has come as far as it wanted. */
function isDone({ fit: { summary, summaryUpto }, claimed }: RunState): boolean {
  return summary?.runId === claimed.runId && summary.target <= (summaryUpto ?? 0);
}
