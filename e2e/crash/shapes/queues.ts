import { setTimeout as sleep } from 'node:timers/promises';
import { plainAnswer, toCalls } from '../batch.ts';
import { tokensAnswer } from './tokens-answer.ts';
import { command, type Shape, tell } from './shape.ts';

export const queue20: Shape = {
  name: 'queue-20',
  async say(batch, doors) {
    const first = `${batch.number}-queue-0`;
    tell(batch, doors, {
      chat: 1007,
      id: first,
      words: '[[tokens=20]] [[delay=10]]',
      answer: tokensAnswer(first, 20),
    });
    for (let index = 1; index <= 20; index += 1) {
      const id = `${batch.number}-queue-${index}`;
      tell(batch, doors, {
        chat: 1007,
        id,
        words: `${index}`,
        answer: plainAnswer(id, `${index}`),
      });
    }
  },
};

export const collect: Shape = {
  name: 'collect',
  async say(batch, doors, signal) {
    const chat = 1008;
    command(batch, doors, { chat, text: '/queue collect', reply: /^From now on.*collect/ });
    const id = `${batch.number}-collect`;
    tell(batch, doors, { chat, id: `${id}-0`, words: '[[tokens=10]] [[delay=15]]' });
    for (let index = 1; index <= 3; index += 1) {
      await sleep(30, undefined, { signal });
      tell(batch, doors, { chat, id: `${id}-${index}`, words: `part ${index}` });
    }
  },
};

export const steer: Shape = {
  name: 'steer',
  async say(batch, doors, signal) {
    const chat = 1009;
    command(batch, doors, { chat, text: '/queue steer', reply: /^From now on.*steer/ });
    const id = `${batch.number}-steer`;
    const step = toCalls(batch, [{ effect: 'keyed', name: `${id}-call`, delayMs: 120 }]);
    tell(batch, doors, { chat, id: `${id}-0`, words: `${step} go` });
    await sleep(70, undefined, { signal });
    tell(batch, doors, { chat, id: `${id}-1`, words: 'a bit to the left' });
    await sleep(60, undefined, { signal });
    tell(batch, doors, { chat, id: `${id}-2`, words: 'and back' });
  },
};

export const interrupt: Shape = {
  name: 'interrupt',
  async say(batch, doors, signal) {
    const chat = 1010;
    command(batch, doors, { chat, text: '/queue interrupt', reply: /^From now on.*interrupt/ });
    const id = `${batch.number}-interrupt`;
    tell(batch, doors, {
      chat,
      id: `${id}-0`,
      words: '[[tokens=40]] [[delay=12]]',
      expects: 'cut-short',
    });
    await sleep(200, undefined, { signal });
    tell(batch, doors, { chat, id: `${id}-1`, words: 'no, this' });
  },
};

export const stop: Shape = {
  name: 'stop',
  async say(batch, doors, signal) {
    const chat = 1011;
    const id = `${batch.number}-stop`;
    const cut = { chat, expects: 'cut-short' } as const;
    tell(batch, doors, { ...cut, id: `${id}-0`, words: '[[tokens=40]] [[delay=12]]' });
    tell(batch, doors, { ...cut, id: `${id}-1`, words: 'waiting' });
    await sleep(150, undefined, { signal });
    command(batch, doors, { chat, text: '/stop', reply: /^(Stopped|Nothing was running)\./ });
    // What was stopped before its first word is still in the transcript, so that the answer may name it too.
    tell(batch, doors, { chat, id: `${id}-2`, words: 'go on' });
  },
};
