import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, openLoopbackServer } from '../loopback-server.ts';
import { createRequestLog, type RecordedRequest, type Recording } from '../recorded-request.ts';
import { deliver } from './deliver.ts';
import { readRecordedCase, type RecordedCase } from './recorded-case.ts';
import { complaintAbout, errorDelivery, toBasePath } from './recorded-path.ts';
import {
  type BodyVariantId,
  bodyVariantsOf,
  deliverAsRecorded,
  type Delivery,
  transportVariants,
  type VariantOutcome,
} from './transport-variant.ts';

/** The variants that are about more than one answer. */
const sequenceVariants = {
  'retry-then-ok': 'same',
  'always-429': 'error',
  'redirect-307': 'same-or-error',
} as const satisfies Readonly<Record<string, VariantOutcome>>;

export type TransportVariantId = BodyVariantId | keyof typeof sequenceVariants;

/** The variants in which a recording can be delivered. */
export function variantsOf(recorded: RecordedCase): readonly TransportVariantId[] {
  // Only answers that are no errors themselves are worth a retry.
  const more = recorded.status === 200 ? Object.keys(sequenceVariants) : [];
  // The keys of an object literal are its type's keys.
  return [...bodyVariantsOf(recorded), ...(more as (keyof typeof sequenceVariants)[])];
}

export function outcomeOf(variant: TransportVariantId): VariantOutcome {
  return isSequence(variant) ? sequenceVariants[variant] : transportVariants[variant].expect;
}

export interface ReplayServerOptions {
  /** A `*.case.json`, or a case that was read already. */
  readonly recorded: string | RecordedCase;
  /** By default the bytes as they were recorded, in one write. */
  readonly variant?: TransportVariantId;
  /** Of the `slow` variant; 300 by default. */
  readonly pauseMs?: number;
  /** Of the variants that ask to wait; 1 by default. */
  readonly retryAfterSeconds?: number;
}

/** Serves one recorded answer on 127.0.0.1. Disposal destroys what is still open. */
export interface ReplayServer extends AsyncDisposable {
  readonly recorded: RecordedCase;
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests that followed a redirect to another port, where no key belongs. */
  readonly strayed: readonly RecordedRequest[];
  /** Requests that the recorded client would not have made, such as to another path. */
  readonly violations: readonly string[];
  /** The base URL that makes a client, which appends `suffix`, ask for the recorded path. */
  baseUrl(suffix: string): string;
}

/**
 * Opens a server that answers every request for the recorded path with the recorded status, headers and
 * bytes, delivered in a variant of transport.
 */
export async function openReplayServer(options: ReplayServerOptions): Promise<ReplayServer> {
  const recorded =
    typeof options.recorded === 'string'
      ? await readRecordedCase(options.recorded)
      : options.recorded;
  const violations: string[] = [];
  const log = createRequestLog({ apiKeys: [], maxRequests: 1_000 });
  const strays = createRequestLog({ apiKeys: [], maxRequests: 1_000 });
  const onError = (error: unknown): void => {
    violations.push(`The server failed: ${String(error)}`);
  };
  const openOther = (): Promise<LoopbackServer> =>
    openLoopbackServer(
      (incoming, response) =>
        answerWith(strays, deliverAsRecorded(recorded), { incoming, response }),
      { onError },
    );
  const other = options.variant === 'redirect-307' ? await openOther() : undefined;
  const server = await openLoopbackServer(
    async (incoming, response) => {
      const recording = await log.record(incoming, response);
      const delivery = deliveryFor(recording.request, { recorded, options, other, violations });
      await deliver(delivery, { response, recording });
    },
    { onError },
  );
  return {
    recorded,
    origin: server.origin,
    requests: log.requests,
    strayed: strays.requests,
    violations,
    baseUrl: (suffix) => `${server.origin}${toBasePath(recorded, suffix)}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await other?.[Symbol.asyncDispose]();
    },
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

async function answerWith(
  log: { record(incoming: IncomingMessage, response: ServerResponse): Promise<Recording> },
  delivery: Delivery,
  { incoming, response }: Exchange,
): Promise<void> {
  const recording = await log.record(incoming, response);
  await deliver(delivery, { response, recording });
}

interface ReplayDesk {
  readonly recorded: RecordedCase;
  readonly options: ReplayServerOptions;
  /** Where a redirect leads. */
  readonly other: LoopbackServer | undefined;
  readonly violations: string[];
}

function deliveryFor(request: RecordedRequest, desk: ReplayDesk): Delivery {
  const { recorded, options, other, violations } = desk;
  const complaint = complaintAbout(request, recorded);
  if (complaint !== undefined) {
    violations.push(complaint);
    return errorDelivery(404, { error: complaint });
  }
  const { variant, pauseMs, retryAfterSeconds = 1 } = options;
  if (variant === undefined) return deliverAsRecorded(recorded);
  if (isSequence(variant)) {
    if (other) return errorDelivery(307, {}, { location: `${other.origin}${request.path}` });
    const isOver = variant === 'retry-then-ok' && request.order > 1;
    if (isOver) return deliverAsRecorded(recorded);
    return errorDelivery(429, tooMany, { 'retry-after': String(retryAfterSeconds) });
  }
  const delivery = transportVariants[variant].deliver(recorded);
  return pauseMs !== undefined && variant === 'slow' ? { ...delivery, pauseMs } : delivery;
}

/** A body that every dialect reads as its own kind of error. */
const tooMany = {
  type: 'error',
  error: { type: 'rate_limit_error', message: 'Too many requests', code: 'rate_limit_exceeded' },
};

function isSequence(variant: TransportVariantId): variant is keyof typeof sequenceVariants {
  return variant in sequenceVariants;
}
