import type { ParkReason, RunEvent } from '@cuttle/core-types';
import { isCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { Clock, ToolContext } from '@cuttle/core-types/ports';
import type { AgentDeps, RunIdentity } from './agent-input.ts';
import type { ReadyCall, SettledCall } from './decide-call.ts';
import type { RunLimits } from './limits.ts';
import { truncateOutput } from './truncate-output.ts';
import { withDeadline } from './with-deadline.ts';

/** A call that is made again when the run goes on. */
export interface ParkedCall {
  readonly state: 'parked';
  readonly reason: ParkReason;
}

export interface ToolSurroundings {
  readonly identity: RunIdentity;
  readonly limits: RunLimits;
  readonly clock: Clock;
  readonly contextFor: AgentDeps['contextFor'];
  /** Says what the tool reports while it works; a function, so that only the latest report waits to be read. */
  readonly say: (event: () => RunEvent) => void;
}

const defaultMaxChars = 10_000;

/** Runs one tool. One that fails answers the model; only an abort leaves this function as an exception. */
export async function runTool(
  { plan, call: { callId }, value, key }: ReadyCall,
  { identity, limits, clock, contextFor, say }: ToolSurroundings,
  signal: AbortSignal,
): Promise<SettledCall | ParkedCall> {
  const { tool, step, index } = plan;
  const maxChars = tool.maxOutputChars ?? defaultMaxChars;
  const asks = contextFor?.(plan) ?? { taint: () => {}, send: refuseSend, act: refuseSend };
  const progress = latestOnly((text) =>
    say(() => ({ type: 'tool.progress', step, index, callId, text: text() })),
  );
  const context: ToolContext = { ...identity, ...asks, key, progress: progress.report };
  try {
    const ms = tool.timeoutMs ?? limits.toolTimeoutMs;
    const output = await withDeadline(
      { ms, clock },
      (both) => tool.run(value, context, both),
      signal,
    );
    if (output.park) return { state: 'parked', reason: output.park };
    return { state: 'done', text: truncateOutput(output.text, maxChars), output };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'failed', text: truncateOutput(explain(error), maxChars) };
  } finally {
    progress.end();
  }
}

/** Of reports that nobody read yet only the latest is kept; after the end none is taken. */
function latestOnly(say: (text: () => string) => void): {
  report(text: string): void;
  end(): void;
} {
  let latest: string | undefined;
  let hasEnded = false;
  return {
    report(text) {
      if (hasEnded) return;
      const isWaiting = latest !== undefined;
      latest = text;
      if (isWaiting) return;
      say(() => {
        const read = latest ?? '';
        latest = undefined;
        return read;
      });
    },
    end() {
      hasEnded = true;
    },
  };
}

function refuseSend(): never {
  throw new TypeError('This program gave the agent no way to send messages.');
}

/** Why a tool failed, for the model: code, what happened, what to do. */
function explain(error: unknown): string {
  if (isCuttleError(error)) {
    const { code, message, hint } = toErrorBody(error);
    return `${code}: ${message} ${hint ?? ''}`.trim();
  }
  if (error instanceof Error) return `tool.failed: ${error.message}`;
  return `tool.failed: ${typeof error === 'string' ? error : 'The tool gave no reason.'}`;
}
