import type { Fault, StreamErrorFault } from './http-fault.ts';
import type { TurnPart } from './scripted-turns.ts';
import type { TurnOutline } from './turn-outline.ts';
import { event, type Frame, type WireAnswer } from './wire-frame.ts';

export interface WholeAnswer {
  readonly body: object;
  readonly parts: readonly TurnPart[];
  readonly outline: TurnOutline;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An answer that is not streamed, with the faults of its turn: it comes after all the turn's waits,
 * a malformed one lacks its end, and a break without a place of its own strikes before the first byte.
 */
export function encodeWholeAnswer({ body, parts, outline, headers }: WholeAnswer): WireAnswer {
  const json = JSON.stringify(body);
  const bytes = parts.some(({ type }) => type === 'malformed') ? json.slice(0, -2) : json;
  const breaks = parts.flatMap((part): Frame[] =>
    part.type === 'break' ? [{ kind: 'break', fault: part }] : [],
  );
  return {
    status: 200,
    headers: { 'content-type': outline.contentType ?? 'application/json', ...headers },
    frames: [
      ...breaks.filter((frame) => !isPlaced(frame)),
      event(bytes, outline.delayMs),
      ...breaks.filter(isPlaced),
    ],
    framing: 'whole',
  };
}

/** A whole answer with faults: a malformed one lacks its end, and a break without a place of its own strikes before the first byte. */
export function withFaults(answer: WireAnswer, faults: readonly Fault[]): WireAnswer {
  const isMalformed = faults.some(({ type }) => type === 'malformed');
  const kind = faults.find((fault) => fault.type === 'content-type');
  const breaks = faults.flatMap((fault): Frame[] =>
    fault.type === 'break' ? [{ kind: 'break', fault }] : [],
  );
  const whole = answer.frames.map((frame) =>
    isMalformed && frame.kind === 'event' ? { ...frame, bytes: frame.bytes.slice(0, -2) } : frame,
  );
  return {
    ...answer,
    headers: { ...answer.headers, ...(kind && { 'content-type': kind.contentType }) },
    frames: [...breaks.filter((frame) => !isPlaced(frame)), ...whole, ...breaks.filter(isPlaced)],
  };
}

function isPlaced(frame: Frame): boolean {
  return frame.kind === 'break' && frame.fault.place !== undefined;
}

/** Without a stream there is no event to carry an error, so it becomes the answer itself. */
export function findStreamError(parts: readonly TurnPart[]): StreamErrorFault | undefined {
  return parts.find((part) => part.type === 'stream-error');
}
