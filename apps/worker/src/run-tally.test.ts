import type { RunOutcome } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { createRunTally, isWorkLeft, type RunTally, type StoreCounts } from './run-tally.ts';

const none: StoreCounts = {
  queued: 0,
  running: 0,
  parked: 0,
  undelivered: 0,
  dead: 0,
  unconfirmed: 0,
  sessions: 3,
  subagents: 0,
};

function hear(
  { listener }: RunTally,
  event: Parameters<NonNullable<typeof listener.run>>[0]['event'],
): void {
  listener.run?.({
    sessionId: 's',
    sessionKey: 'agent:main:main',
    runId: 'r',
    seq: 1,
    eventSeq: undefined,
    event,
    text: () => '',
  });
}

describe('createRunTally', () => {
  it('counts how runs end, and says what is left', () => {
    const tally = createRunTally();
    const outcomes: RunOutcome[] = [
      { status: 'completed', finish: 'stop' },
      { status: 'completed', finish: 'length' },
      { status: 'failed', error: { code: 'run.loop', message: '' } },
      { status: 'aborted', by: 'shutdown' },
    ];
    hear(tally, { type: 'run.start', model: 'm' });
    for (const outcome of outcomes) hear(tally, { type: 'run.end', outcome });
    expect(tally.report({ ...none, queued: 4, running: 1, parked: 2, undelivered: 5 })).toBe(
      'Runs: 2 completed, 1 failed, 1 stopped. Left: 4 messages, 3 runs, 5 replies.',
    );
  });
});

describe('isWorkLeft', () => {
  it('looks at what a later run could do', () => {
    expect(isWorkLeft({ ...none, dead: 2, unconfirmed: 1 })).toBe(false);
    for (const what of ['queued', 'running', 'parked', 'undelivered'])
      expect(isWorkLeft({ ...none, [what]: 1 })).toBe(true);
  });
});
