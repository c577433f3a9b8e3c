import type { FanOut } from '../fan-out.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { AnswerForm } from './answer-form.ts';
import { type CompletionCall, type CompletionTurn, readTurn } from './completion-request.ts';
import { toWireError } from './error.ts';
import { rememberAnswer } from './mixed-calls.ts';
import { createRecentRequests, type Pending, type RecentRequests } from './recent-requests.ts';
import { createStreamAnswer, type StreamAnswer } from './stream-answer.ts';

/** A client that leaves a stateless request may come back with a retry for so long. */
const graceMs = 1000;

/** `POST` of one of OpenAI's APIs. A pull door: the stored answer is the delivery. */
export interface CompletionsDoor {
  complete(call: CompletionCall): Promise<Response>;
}

export function createCompletionsDoor(
  { deps, fanOut }: { deps: GatewayDeps; fanOut: FanOut },
  form: AnswerForm,
): CompletionsDoor {
  const recent = createRecentRequests(deps.clock);
  return {
    async complete(call) {
      let answer: StreamAnswer | undefined;
      let pending: Pending | undefined;
      try {
        const turn = await readTurn({ deps, form }, call);
        const { asked, message, said, isRetry } = turn;
        if (asked.request.stream === true) answer = createStreamAnswer({ deps, fanOut }, turn);
        pending = isRetry && said !== undefined ? recent.find(said) : undefined;
        if (!pending) {
          pending = await accept(deps, turn, (inboundId) => answer?.watch(inboundId));
          if (said !== undefined) recent.add(said, { pending, gone: call.gone });
        }
        if (message.stateless) stopWhenLeft({ deps, recent, pending }, call.gone);
        return answer ? answer.respond(pending) : await wholeAnswer(deps, turn, pending);
      } catch (error) {
        answer?.stop();
        const { status, body, headers } = toWireError(error, { accepted: pending !== undefined });
        return Response.json(body, { status, headers });
      }
    },
  };
}

async function accept(
  { runtime }: GatewayDeps,
  { message }: CompletionTurn,
  prepare: (inboundId: string) => void,
): Promise<Pending> {
  const accepted = await runtime.accept(message, prepare);
  const fate = accepted.fate(new AbortController().signal);
  fate.catch(() => {}); // waiters handle it; there may be none left
  return { accepted, fate, waiters: 0 };
}

/** A stateless conversation ends with its request: nobody could ever read the answer. */
function stopWhenLeft(
  { deps, recent, pending }: { deps: GatewayDeps; recent: RecentRequests; pending: Pending },
  gone: AbortSignal,
): void {
  const { sessionId, sessionKey } = pending.accepted;
  pending.waiters += 1;
  const leave = async (): Promise<void> => {
    await deps.clock.sleep(graceMs, new AbortController().signal);
    pending.waiters -= 1;
    if (pending.waiters > 0) return;
    recent.remove(pending);
    await deps.runtime.stop({ sessionId, sessionKey, by: 'disconnect', cancelQueued: true });
  };
  const onGone = (): void =>
    void leave().catch((error: unknown) =>
      deps.log.warn('A left request could not be stopped.', { error }),
    );
  if (gone.aborted) onGone();
  else gone.addEventListener('abort', onGone, { once: true });
  const stopWatching = (): void => gone.removeEventListener('abort', onGone);
  pending.fate.then(stopWatching, stopWatching);
}

async function wholeAnswer(
  deps: GatewayDeps,
  { call: { gone, principal }, asked }: CompletionTurn,
  { accepted, fate }: Pending,
): Promise<Response> {
  const left = Promise.withResolvers<never>();
  const onGone = (): void => left.reject(gone.reason);
  gone.addEventListener('abort', onGone, { once: true });
  const ended = await Promise.race([fate, left.promise]).finally(() =>
    gone.removeEventListener('abort', onGone),
  );
  const body = asked.toWhole(ended, {
    inboundId: accepted.inboundId,
    createdSeconds: Math.floor(deps.clock.now() / 1000),
  });
  await rememberAnswer(deps, { principal, fate: ended });
  return Response.json(body);
}
