import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BreakFault } from './http-fault.ts';
import type { Recording } from './recorded-request.ts';
import type { Frame, WireAnswer } from './wire-frame.ts';

/**
 * Sends an answer. One that neither waits nor breaks leaves in a single write, which is also the
 * hardest case for a client's parser after that of one byte at a time.
 * `each` writes every event by itself, for measuring how a client handles many small reads.
 */
export type WriteMode = 'together' | 'each';

export interface AnswerTarget {
  readonly response: ServerResponse;
  readonly recording: Recording;
  readonly writes: WriteMode;
}

export async function writeAnswer(answer: WireAnswer, target: AnswerTarget): Promise<void> {
  const { response } = target;
  const bytes = joined(answer.frames);
  const headers =
    answer.framing === 'whole'
      ? { ...answer.headers, 'content-length': announcedLength(bytes, answer.frames) }
      : answer.headers;
  if (isPlain(answer, target.writes)) {
    response.writeHead(answer.status, headers).end(bytes);
    return;
  }
  const [first] = answer.frames;
  if (answer.framing === 'whole' || isDelayed(first)) await waitFor(first, target);
  if (target.recording.gone.aborted) return;
  response.writeHead(answer.status, headers);
  response.flushHeaders();
  await writeFrames(answer, target);
}

/** As text where all is text, which Node sends in one piece with the head. */
function joined(frames: readonly Frame[]): string | Uint8Array {
  const pieces = frames.flatMap((frame) => (frame.kind === 'event' ? [frame.bytes] : []));
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('');
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

/** What a break keeps back was announced all the same: a client can tell that the answer is not whole. */
function announcedLength(bytes: string | Uint8Array, frames: readonly Frame[]): number {
  const isBroken = frames.some(({ kind }) => kind === 'break');
  return Buffer.byteLength(bytes) + Number(isBroken);
}

function isPlain(answer: WireAnswer, writes: WriteMode): boolean {
  if (writes === 'each' && answer.framing === 'stream') return false;
  return answer.frames.every((frame) => frame.kind === 'event' && frame.delayMs === 0);
}

function isDelayed(frame: Frame | undefined): boolean {
  return frame?.kind === 'event' && frame.delayMs > 0;
}

async function waitFor(frame: Frame | undefined, target: AnswerTarget): Promise<void> {
  if (frame?.kind !== 'event' || frame.delayMs === 0) return;
  const { gone } = target.recording;
  try {
    await sleep(frame.delayMs, undefined, { signal: gone });
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}

async function writeFrames({ frames, framing }: WireAnswer, target: AnswerTarget): Promise<void> {
  const { response, recording } = target;
  for (const [index, frame] of frames.entries()) {
    if (frame.kind === 'break') {
      await breakOff(frame.fault, target, framing);
      return;
    }
    if (index > 0) await waitFor(frame, target);
    if (recording.gone.aborted) return;
    if (!response.write(frame.bytes)) await drained(target);
  }
  response.end();
}

async function drained({ response, recording }: AnswerTarget): Promise<void> {
  try {
    await once(response, 'drain', { signal: recording.gone });
  } catch (error) {
    if (!recording.gone.aborted) throw error;
  }
}

async function breakOff(
  fault: BreakFault,
  target: AnswerTarget,
  framing: WireAnswer['framing'],
): Promise<void> {
  const { response, recording } = target;
  switch (fault.how) {
    case 'cut':
      recording.mark('cut');
      await flushed(response);
      response.socket?.destroy();
      break;
    case 'end':
      recording.mark('cut');
      // An answer that announced its length cannot end cleanly before it; the socket can.
      if (framing === 'whole') response.socket?.end();
      else response.end();
      break;
    case 'stall':
      await recording.request.settled;
      break;
  }
}

/** Resolves when what was written so far is with the operating system. */
function flushed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.writableLength === 0) resolve();
    else response.write('', () => resolve());
  });
}
