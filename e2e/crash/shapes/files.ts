import { plainAnswer, toText } from '../batch.ts';
import { send } from './send.ts';
import { type Shape, tell } from './shape.ts';

/** A file that the model is read: what it says is found in one run, and told to the next one too. */
export const socketDocument: Shape = {
  name: 'socket-document',
  async say(batch, doors, signal) {
    const id = `${batch.number}-document`;
    const session = 'crash-document';
    const data = Buffer.from(`The plan of ${id}.`).toString('base64');
    const attachments = [{ mimeType: 'text/plain', name: 'plan.txt', data }];
    await send({ batch, doors }, { session, id, words: 'read this', attachments }, signal);
    await send({ batch, doors }, { session, id: `${id}-after`, words: 'and now' }, signal);
  },
};

/** Three files as one message: no part is lost, and none is answered on its own. */
export const album: Shape = {
  name: 'album',
  async say(batch, { telegram }) {
    const chat = 1022;
    const id = `${batch.number}-album`;
    const place = `telegram:${chat}`;
    const plans = ['one', 'two', 'three'].map((part) => `Plan ${part} of ${id}.`);
    batch.chats.add(chat);
    batch.said.push({ id, place, order: batch.said.length, expects: 'answer' });
    batch.albums.push({ id, parts: plans });
    for (const [index, plan] of plans.entries()) {
      const bytes = Buffer.from(plan);
      const name = `plan-${index}.txt`;
      const file = { kind: 'document', name, mimeType: 'text/plain', bytes } as const;
      const text = index === 0 ? toText(id, 'read these') : '';
      telegram.say({ from: chat, text, album: id, file });
    }
  },
};

/** A file that a messenger holds: it is fetched by the run, and told to the next one too. */
export const heldFile: Shape = {
  name: 'held-file',
  async say(batch, doors) {
    const chat = 1016;
    const id = `${batch.number}-file`;
    const bytes = Buffer.from(`The plan of ${id}.`);
    batch.chats.add(chat);
    batch.said.push({
      id,
      place: `telegram:${chat}`,
      order: batch.said.length,
      expects: 'answer',
    });
    const file = { kind: 'document', name: 'plan.txt', mimeType: 'text/plain', bytes } as const;
    doors.telegram.say({ from: chat, text: toText(id, 'read this'), file });
    const after = `${id}-after`;
    tell(batch, doors, {
      chat,
      id: after,
      words: 'and now',
      answer: plainAnswer(after, 'and now'),
    });
  },
};
