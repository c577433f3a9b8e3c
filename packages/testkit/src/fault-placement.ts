import type { BreakFault, FaultPlace } from './http-fault.ts';
import { event, type Frame } from './wire-frame.ts';

/**
 * Puts the faults that name their own place where they belong: after so many events, or in the
 * middle of one after so many bytes. What comes after a break is never sent, and is dropped here.
 */
export function placeFaults(frames: readonly Frame[]): readonly Frame[] {
  const placed = frames.flatMap((frame) =>
    frame.kind === 'break' && frame.fault.place !== undefined ? [frame.fault] : [],
  );
  let result = frames.filter((frame) => frame.kind === 'event' || frame.fault.place === undefined);
  for (const fault of placed) {
    if (fault.place !== undefined) result = breakAt(result, { fault, place: fault.place });
  }
  const end = result.findIndex((frame) => frame.kind === 'break');
  return end === -1 ? result : result.slice(0, end + 1);
}

function breakAt(
  frames: readonly Frame[],
  { fault, place }: { readonly fault: BreakFault; readonly place: FaultPlace },
): Frame[] {
  const broken: Frame = { kind: 'break', fault };
  const kept: Frame[] = [];
  let events = 0;
  let bytes = 0;
  for (const frame of frames) {
    if (frame.kind === 'break') return [...kept, frame];
    if ('afterEvents' in place && events >= place.afterEvents) break;
    const size = Buffer.byteLength(frame.bytes);
    if ('afterBytes' in place && bytes + size > place.afterBytes) {
      const part = startOf(frame.bytes, place.afterBytes - bytes);
      if (part.length > 0) kept.push(event(part, frame.delayMs));
      break;
    }
    kept.push(frame);
    events += 1;
    bytes += size;
  }
  return [...kept, broken];
}

function startOf(bytes: string | Uint8Array, length: number): string | Uint8Array {
  if (typeof bytes !== 'string') return bytes.subarray(0, length);
  // latin1 would change the bytes and utf8 cannot end inside a character: stop before it.
  const part = Buffer.from(bytes).subarray(0, length);
  return new TextDecoder('utf-8').decode(part, { stream: true });
}
