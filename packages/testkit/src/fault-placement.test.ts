import { describe, expect, it } from 'vitest';
import { placeFaults } from './fault-placement.ts';
import { cut, type FaultPlace, stall } from './http-fault.ts';
import { event, type Frame } from './wire-frame.ts';

const frames = [event('aaaa'), event('üü', 5), event('cccc')];

function broken(place?: FaultPlace): Frame {
  return { kind: 'break', fault: cut(place) };
}

function bytesOf(placed: readonly Frame[]): readonly string[] {
  return placed.map((frame) => (frame.kind === 'event' ? String(frame.bytes) : frame.fault.how));
}

describe('placeFaults', () => {
  it('leaves a fault at its place in the turn, and drops what comes after it', () => {
    const [first, ...rest] = frames;
    if (first === undefined) throw new TypeError('No frames');

    expect(bytesOf(placeFaults([first, broken(), ...rest]))).toEqual(['aaaa', 'cut']);
  });

  it.each([
    [0, ['cut']],
    [1, ['aaaa', 'cut']],
    [3, ['aaaa', 'üü', 'cccc', 'cut']],
    [9, ['aaaa', 'üü', 'cccc', 'cut']],
  ])('strikes after %i events', (afterEvents, expected) => {
    expect(bytesOf(placeFaults([...frames, broken({ afterEvents })]))).toEqual(expected);
  });

  it.each([
    [0, ['cut']],
    [3, ['aaa', 'cut']],
    [4, ['aaaa', 'cut']],
    [6, ['aaaa', 'ü', 'cut']],
    [8, ['aaaa', 'üü', 'cut']],
    [99, ['aaaa', 'üü', 'cccc', 'cut']],
  ])('strikes after %i bytes', (afterBytes, expected) => {
    expect(bytesOf(placeFaults([broken({ afterBytes }), ...frames]))).toEqual(expected);
  });

  it('stops before a character that it would have to cut', () => {
    expect(bytesOf(placeFaults([...frames, broken({ afterBytes: 5 })]))).toEqual(['aaaa', 'cut']);
  });

  it('takes the fault that strikes first', () => {
    const late: Frame = { kind: 'break', fault: stall({ afterEvents: 2 }) };

    expect(bytesOf(placeFaults([...frames, late, broken({ afterBytes: 2 })]))).toEqual([
      'aa',
      'cut',
    ]);
    expect(bytesOf(placeFaults([...frames, broken({ afterEvents: 3 }), late]))).toEqual([
      'aaaa',
      'üü',
      'stall',
    ]);
  });
});
