import { createInstantClock, createRecordingDoor } from '@cuttle/testkit/channel-contract';
import { expect, it } from 'vitest';
import { createIntake } from './intake.ts';

const quiet = (): void => {};
const message = {
  id: 'M1',
  chat: { id: '49123@c', kind: 'dm' },
  sender: { id: '49123@c' },
  at: 1_767_225_600_000,
  text: 'Hello',
};

it('says what went wrong with a message that it stored, and confirms it when it is given again', async () => {
  const faults = [new TypeError('a fault of ours')];
  const taken: string[] = [];
  const errors: object[] = [];
  const door = createRecordingDoor();
  const intake = createIntake(
    {
      platform: 'WhatsApp Web',
      hearsReactions: false,
      clock: createInstantClock(Date.UTC(2026, 0, 1)),
      random: () => 0,
      log: {
        debug: quiet,
        info: quiet,
        warn: quiet,
        error: (_words, fields = {}) => void errors.push(fields),
      },
      taken(event) {
        const fault = faults.shift();
        if (fault) throw fault;
        taken.push(event);
      },
    },
    door,
    new AbortController().signal,
  );

  for (let connections = 0; connections < 2; connections += 1) {
    intake.begin();
    intake.hear({ type: 'message', event: 'e1', message });
    await intake.idle();
  }

  expect(errors).toMatchObject([{ error: { message: 'a fault of ours' } }]);
  expect(taken).toEqual(['e1']);
  expect(door.accepted).toHaveLength(1);
});
