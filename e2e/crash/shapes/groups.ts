import type { Shape } from './shape.ts';

/** What the account says in groups, as it is configured; `{name}` stands at the end. */
export const greetings = {
  added: 'Here I am in this group',
  joined: 'Welcome to all of us {name}',
} as const;

/** A group that the account comes into, and then a person: each is greeted once. Every cycle has a group of its own, as a minute of people who come is one greeting. */
export const greeting: Shape = {
  name: 'greeting',
  async say(batch, { telegram }) {
    const chat = -1_000_000 - batch.number;
    const place = `telegram:${chat}`;
    telegram.group({ id: chat, title: `Group ${batch.number}`, members: [1017, 1018] });
    batch.chats.add(chat);
    batch.notices.push({ place, words: /^Here I am in this group$/, count: 'once' });
    batch.notices.push({ place, words: /^Welcome to all of us Person 1018$/, count: 'once' });
    telegram.addBot({ chat, from: 1017 });
    telegram.join({ chat, users: [1018] });
  },
};
