import type { IncomingMessage, ServerResponse } from 'node:http';
import { openLoopbackServer } from '../loopback-server.ts';
import { createRequestLog, type RecordedRequest } from '../recorded-request.ts';
import { deliver } from './deliver.ts';
import { readRecordedSequence, type RecordedSequence } from './recorded-sequence.ts';
import { complaintAbout, errorDelivery, toBasePath } from './recorded-path.ts';
import { deliverAsRecorded, type Delivery } from './transport-variant.ts';

/** Serves a recorded conversation on 127.0.0.1. Disposal destroys what is still open. */
export interface SequenceServer extends AsyncDisposable {
  readonly recorded: RecordedSequence;
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests to another path or beyond the last step, and values that did not come back. */
  readonly violations: readonly string[];
  /** The base URL that makes a client, which appends `suffix`, ask for the recorded path. */
  baseUrl(suffix: string): string;
  /** Throws if steps are left over or anything is in `violations`. */
  assertDone(): void;
}

/**
 * Opens a server that gives the n-th recorded answer to the n-th request, and looks in each request for
 * what the answer before it obliges the client to send back.
 */
export async function openSequenceServer(options: {
  /** A file of the sequences, or one that was read already. */
  readonly recorded: string | RecordedSequence;
}): Promise<SequenceServer> {
  const recorded =
    typeof options.recorded === 'string'
      ? await readRecordedSequence(options.recorded)
      : options.recorded;
  const violations: string[] = [];
  const log = createRequestLog({ apiKeys: [], maxRequests: 1_000 });
  async function listener(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const recording = await log.record(incoming, response);
    const delivery = deliveryFor(recording.request, recorded, violations);
    await deliver(delivery, { response, recording });
  }
  const server = await openLoopbackServer(listener, {
    onError: (error) => violations.push(`The server failed: ${String(error)}`),
  });
  return {
    recorded,
    origin: server.origin,
    requests: log.requests,
    violations,
    baseUrl(suffix) {
      const [first] = recorded.steps;
      return first === undefined ? server.origin : `${server.origin}${toBasePath(first, suffix)}`;
    },
    assertDone() {
      const left = recorded.steps.length - log.requests.length;
      const faults = left > 0 ? [...violations, `${left} steps were not asked for`] : violations;
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function deliveryFor(
  request: RecordedRequest,
  { steps }: RecordedSequence,
  violations: string[],
): Delivery {
  const step = steps[request.order - 1];
  if (step === undefined) {
    violations.push(`Request ${request.order} comes after the last step`);
    return errorDelivery(404, { error: 'no more steps' });
  }
  const complaint = complaintAbout(request, step);
  if (complaint !== undefined) violations.push(complaint);
  for (const { kind, value } of steps[request.order - 2]?.mustComeBack ?? []) {
    if (holds(request.text, value)) continue;
    violations.push(`Request ${request.order} lacks the ${kind} ${value.slice(0, 80)}`);
  }
  return deliverAsRecorded(step);
}

/** As it is, or as JSON writes it inside a text. */
function holds(words: string, value: string): boolean {
  return words.includes(value) || words.includes(JSON.stringify(value).slice(1, -1));
}
