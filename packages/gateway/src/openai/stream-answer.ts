import type { AnswerEvents } from './answer-form.ts';
import type { CompletionTurn } from './completion-request.ts';
import type { FanOut } from '../fan-out.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { rememberAnswer } from './mixed-calls.ts';
import { createPacketStream, type PacketStream } from './packet-stream.ts';
import type { Pending } from './recent-requests.ts';

/** An answer that is shown while it is made. */
export interface StreamAnswer {
  /** Called before the message is accepted, so that no event is missed. */
  watch(inboundId: string): void;
  respond(pending: Pending): Response;
  /** Where nothing was accepted. */
  stop(): void;
}

interface Shown {
  readonly inboundId: string;
  readonly events: AnswerEvents;
  readonly packets: PacketStream;
  readonly stop: () => void;
}

export function createStreamAnswer(
  { deps, fanOut }: { deps: GatewayDeps; fanOut: FanOut },
  { call, asked }: CompletionTurn,
): StreamAnswer {
  let shown: Shown | undefined;
  const show = (inboundId: string): Shown => {
    const packets = createPacketStream();
    const createdSeconds = Math.floor(deps.clock.now() / 1000);
    const events = asked.createEvents({ inboundId, createdSeconds });
    packets.write(events.start());
    const stop = fanOut.watchRun(inboundId, (update) => packets.write(events.onUpdate(update)));
    shown?.stop();
    shown = { inboundId, events, packets, stop };
    return shown;
  };
  const end = async ({ events, packets }: Shown, fate: Pending['fate']): Promise<void> => {
    try {
      const ended = await fate;
      await rememberAnswer(deps, { principal: call.principal, fate: ended });
      packets.write(events.end(ended));
    } catch (error) {
      packets.write(events.fail(error));
    }
    packets.end();
  };
  return {
    watch: (inboundId) => void show(inboundId),
    respond({ accepted: { inboundId }, fate }) {
      // A repeated request joins the run of the first, and sees what it has said so far with the next delta.
      const own = shown?.inboundId === inboundId ? shown : show(inboundId);
      const beat = new AbortController();
      void heartbeat(deps, () => own.packets.write(': alive\n\n'), beat.signal); // ends with the body
      void end(own, fate); // never rejects
      call.gone.addEventListener('abort', () => own.packets.end(), { once: true });
      const body = own.packets.open(() => {
        own.stop();
        beat.abort('ended');
      });
      return new Response(body, {
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache',
          'x-should-retry': 'false',
        },
      });
    },
    stop: () => shown?.stop(),
  };
}

const heartbeatMs = 15_000;

/** Keeps proxies from closing a stream that thinks for long. Ends by abort, never rejects. */
async function heartbeat(
  { clock }: GatewayDeps,
  beat: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const hasPassed = await clock.sleep(heartbeatMs, signal).then(
      () => true,
      () => false,
    );
    if (!hasPassed) return;
    beat();
  }
}
