import type { AgentDeps, ContextCall, ContextChoice } from '@cuttle/agent';
import { type ContextRoom, type ContextView, fitContext } from '@cuttle/agent';
import { compact } from './compact.ts';
import type { ContextFit } from './context-fit.ts';
import { hasHeldImages } from './media/media-view.ts';
import type { RunState } from './run-state.ts';

/**
 * What a model call is shown: the transcript pruned, and where that is not enough, with a summary in the place of its beginning, which is made
 * before the call. A plain proxy passes on what its client says.
 */
export function createContextView(state: RunState): NonNullable<AgentDeps['viewContext']> {
  const view = createTextView(state);
  return async (call, signal) => {
    const choice = await view(call, signal);
    // What a tool showed is read from the blob store for the model that is asked now.
    return hasHeldImages(choice.view)
      ? { ...choice, view: await state.showMedia(choice.view, signal) }
      : choice;
  };
}

function createTextView(state: RunState): NonNullable<AgentDeps['viewContext']> {
  return async (call, signal) => {
    const { messages } = call;
    const { fit } = state;
    if (state.context.body?.proxyModel !== undefined) return { messages, view: messages };
    if (fit.window === undefined && call.refusals === 0) {
      fit.estimated = fit.meter.ofMessages(messages) + fit.meter.ofFixed(call.request);
      return { messages, view: messages };
    }
    // It was too long, so the window is smaller than what was sent.
    fit.window ??= Math.floor((fit.estimated * (fit.scale ?? 1000)) / 1000);
    return choose(state, { call, window: fit.window }, signal);
  };
}

async function choose(
  state: RunState,
  { call, window }: { readonly call: ContextCall; readonly window: number },
  signal: AbortSignal,
): Promise<ContextChoice> {
  const { fit } = state;
  const { refusals } = call;
  const fixedTokens = fit.meter.ofFixed(call.request);
  const room: ContextRoom = { window, fixedTokens, scale: fit.scale ?? 1000, refusals };
  let { messages } = call;
  let view = fitContext(messages, room, fit);
  let isForced = refusals > 1;
  while (isForced || view.isCrowded || isLong(state, fit)) {
    const done = await compact(state, { step: call.step, room, view, isForced }, signal);
    if (!done) break;
    isForced = false;
    ({ messages } = done);
    view = fitContext(messages, room, fit);
  }
  noteView(fit, view);
  return { messages, view: view.messages };
}

/** More entries than a turn may cost to read. */
function isLong({ kernel }: RunState, { uptoSeq, base }: ContextFit): boolean {
  return uptoSeq - base > kernel.settings().windowEntries;
}

function noteView(fit: ContextFit, { estimated }: ContextView): void {
  fit.estimated = estimated;
}
