import { plainAnswer, toCalls, toText } from '../batch.ts';
import { tokensAnswer } from './tokens-answer.ts';
import { command, type Shape, tell } from './shape.ts';

export const plain: Shape = {
  name: 'plain',
  async say(batch, doors) {
    for (const part of ['a', 'b', 'c']) {
      const id = `${batch.number}-plain-${part}`;
      const words = `hello ${part}`;
      tell(batch, doors, { chat: 1001, id, words, answer: plainAnswer(id, words) });
    }
  },
};

export const tools: Shape = {
  name: 'tools',
  async say(batch, doors) {
    const id = `${batch.number}-tools`;
    const steps = (['pure', 'keyed', 'probeable', 'opaque'] as const).map((effect) =>
      toCalls(batch, [{ effect, name: `${id}-${effect}`, delayMs: 10 }]),
    );
    tell(batch, doors, { chat: 1002, id, words: `${steps.join(' ')} now` });
  },
};

export const parallel: Shape = {
  name: 'parallel',
  async say(batch, doors) {
    const id = `${batch.number}-parallel`;
    const calls = (['opaque', 'pure', 'probeable', 'keyed', 'opaque'] as const).map(
      (effect, index) => ({ effect, name: `${id}-${index}`, delayMs: 10 * index }),
    );
    tell(batch, doors, { chat: 1003, id, words: `${toCalls(batch, calls)} together` });
  },
};

/** Requests that take effect when their sender has long been dead and started again. */
export const late: Shape = {
  name: 'late',
  async say(batch, doors) {
    const id = `${batch.number}-late`;
    const calls = (['probeable', 'keyed'] as const).map((effect) => ({
      effect,
      name: `${id}-${effect}`,
      delayMs: 1200,
    }));
    tell(batch, doors, { chat: 1015, id, words: `${toCalls(batch, calls)} slowly` });
  },
};

export const long: Shape = {
  name: 'long',
  async say(batch, doors) {
    const id = `${batch.number}-long`;
    const answer = tokensAnswer(id, 2000);
    tell(batch, doors, { chat: 1004, id, words: '[[tokens=2000]]', answer });
    const after = `${batch.number}-long-after`;
    tell(batch, doors, {
      chat: 1004,
      id: after,
      words: 'and then',
      answer: plainAnswer(after, 'and then'),
    });
  },
};

export const stream: Shape = {
  name: 'stream',
  async say(batch, doors) {
    const id = `${batch.number}-stream`;
    const answer = tokensAnswer(id, 40);
    tell(batch, doors, { chat: 1005, id, words: '[[tokens=40]] [[delay=12]]', answer });
  },
};

/** Streams more than one message holds, so that the surplus of a bubble is new parts. */
export const streamLong: Shape = {
  name: 'stream-long',
  async say(batch, doors) {
    const id = `${batch.number}-streamlong`;
    const answer = tokensAnswer(id, 1000);
    tell(batch, doors, {
      chat: 1006,
      id,
      words: '[[tokens=1000]] [[first=10]] [[delay=0]]',
      answer,
    });
    tell(batch, doors, {
      chat: 1006,
      id: `${id}-slow`,
      words: '[[tokens=30]] [[delay=10]]',
      answer: tokensAnswer(`${id}-slow`, 30),
    });
  },
};

export const status: Shape = {
  name: 'status',
  async say(batch, doors) {
    command(batch, doors, { chat: 1012, text: '/status', reply: /^Agent / });
    command(batch, doors, { chat: 1012, text: '/new', reply: /^A new conversation begins/ });
    const id = `${batch.number}-new`;
    tell(batch, doors, { chat: 1012, id, words: 'hello', answer: plainAnswer(id, 'hello') });
  },
};

/** What was said is summarised while more is being said. */
export const compact: Shape = {
  name: 'compact',
  async say(batch, doors) {
    const chat = 1016;
    for (const part of ['a', 'b', 'c', 'd', 'e']) {
      const id = `${batch.number}-compact-${part}`;
      const said = `about ${part}`;
      tell(batch, doors, { chat, id, words: said, answer: plainAnswer(id, said) });
    }
    command(batch, doors, { chat, text: '/compact keep names', reply: /^Summarised \d+ entries/ });
    const id = `${batch.number}-compact-after`;
    tell(batch, doors, { chat, id, words: 'and on', answer: plainAnswer(id, 'and on') });
  },
};

export const reminder: Shape = {
  name: 'reminder',
  async say(batch, doors) {
    const chat = 1013;
    const id = `${batch.number}-reminder`;
    const text = toText(`${id}-due`, 'tea');
    const step = `[[tool=reminder_set ${JSON.stringify({ text, inSeconds: 1 })}]]`;
    tell(batch, doors, { chat, id, words: `${step} please` });
    // Fired by the schedule, not said: it has no order among what people say.
    batch.said.push({
      id: `${id}-due`,
      place: `telegram:${chat}`,
      expects: 'answer',
      answer: plainAnswer(`${id}-due`, '[reminder] tea'),
    });
  },
};

export const approval: Shape = {
  name: 'approval',
  async say(batch, doors) {
    const chat = 1014;
    const id = `${batch.number}-approval`;
    const first = toCalls(batch, [{ effect: 'keyed', name: `${id}-before` }]);
    const gated = toCalls(batch, [{ effect: 'gated', name: `${id}-gated` }]);
    tell(batch, doors, { chat, id, words: `${first} ${gated} if I may` });
    const place = `telegram:${chat}`;
    // The end takes the question's place; where the question's receipt was lost, it stands beside it.
    const end = /^I asked to use crash_gated/;
    batch.notices.push({ place, words: /^May I use crash_gated/, count: 'optional', end });
    batch.notices.push({ place, words: end, count: 'optional' });
    batch.notices.push({ place, words: /^Approved: crash_gated/, count: 'once' });
    batch.notices.push({ place, words: /^Nothing waits for an approval/, count: 'optional' });
    let asked = false;
    batch.approve = () => {
      if (asked) return;
      asked = true;
      doors.telegram.say({ from: chat, text: '/approve' });
    };
  },
};
