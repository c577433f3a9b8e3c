import type { Json } from '@cuttle/core-types';
import type { ChannelInbound } from '@cuttle/core-types/ports';
import { findTelegramFault, openTelegramServer } from '@cuttle/testkit/telegram';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Self } from './account.ts';
import { decodeUpdate } from './decode.ts';

const self: Self = { id: 99, name: 'Bot', username: 'our_bot' };
const ann = { id: 42, is_bot: false, first_name: 'Ann', last_name: 'Lee', username: 'ann' };
const dm = { id: 42, type: 'private', first_name: 'Ann' };
const group = { id: -100_7, type: 'supergroup', title: 'Us' };

function decode(message: Record<string, Json>, kind = 'message'): ReturnType<typeof decodeUpdate> {
  return decodeUpdate(
    {
      update_id: 1,
      [kind]: { message_id: 5, date: 1_700_000_000, chat: dm, from: ann, ...message },
    },
    self,
  );
}

function eventOf(message: Record<string, Json>, kind?: string): ChannelInbound {
  const decoded = decode(message, kind);
  if (decoded.kind !== 'event') throw new Error(`It was ignored: ${decoded.reason}`);
  return decoded.event;
}

describe('decodeUpdate', () => {
  it('tells every fact of a message', () => {
    expect(eventOf({ text: 'hello' })).toEqual({
      externalId: '42:5',
      kind: 'message',
      target: { chatId: 42 },
      chat: { id: '42', kind: 'dm', title: undefined, threadId: undefined },
      sender: { id: '42', name: 'Ann Lee', username: 'ann', isBot: false },
      messageId: '5',
      text: 'hello',
      mentioned: false,
      replyToUs: false,
      command: undefined,
      at: 1_700_000_000_000,
    });
  });

  it.each([
    ['a name', '@our_bot hi', [{ type: 'mention', offset: 0, length: 8 }], true],
    ['a name in capitals', '@OUR_BOT hi', [{ type: 'mention', offset: 0, length: 8 }], true],
    ['a longer name', '@our_bot2 hi', [{ type: 'mention', offset: 0, length: 9 }], false],
    ['a name without an entity', '@our_bot hi', [], false],
    ['a name within code', '@our_bot', [{ type: 'code', offset: 0, length: 8 }], false],
    [
      'words that name us',
      'you there',
      [{ type: 'text_mention', offset: 0, length: 3, user: { id: 99 } }],
      true,
    ],
    [
      'words that name another',
      'you there',
      [{ type: 'text_mention', offset: 0, length: 3, user: { id: 7 } }],
      false,
    ],
    ['a command for us', '/help@our_bot', [{ type: 'bot_command', offset: 0, length: 13 }], true],
    ['an entity beyond the text', 'hi', [{ type: 'mention', offset: 0, length: 99 }], false],
  ] as const)('says whether we are named: %s', (_what, text, entities, named) => {
    expect(eventOf({ chat: group, text, entities: [...entities] }).mentioned).toBe(named);
  });

  it('reads names in a caption', () => {
    const entities = [{ type: 'mention', offset: 0, length: 8 }];
    const photo = [{ file_id: 'small' }, { file_id: 'large' }];
    expect(eventOf({ caption: '@our_bot look', caption_entities: entities, photo })).toMatchObject({
      text: '@our_bot look',
      mentioned: true,
      media: [
        {
          kind: 'photo',
          file: { type: 'image', mimeType: 'image/jpeg', ref: { fileId: 'large' } },
        },
      ],
    });
  });

  it.each([
    ['/status', { name: 'status', args: '' }, '/status'],
    ['/Model  a/b  c', { name: 'model', args: 'a/b  c' }, '/model  a/b  c'],
    ['/new@our_bot\nplease', { name: 'new', args: 'please' }, '/new\nplease'],
    ['/new@other_bot x', undefined, '/new@other_bot x'],
  ])('reads the command %j', (text, command, kept) => {
    const length = /^\/[\w@]+/.exec(text)?.[0].length ?? 0;
    const event = eventOf({ text, entities: [{ type: 'bot_command', offset: 0, length }] });
    expect([event.command, event.text]).toEqual([command, kept]);
  });

  it('takes a thread only where it is a topic', () => {
    expect(
      eventOf({ chat: group, text: 'x', message_thread_id: 9, is_topic_message: true }),
    ).toMatchObject({
      chat: { id: '-1007', threadId: '9' },
      target: { chatId: -100_7, threadId: 9 },
    });
    const thread = eventOf({ chat: group, text: 'x', message_thread_id: 9 });
    expect([thread.chat.threadId, thread.target]).toEqual([undefined, { chatId: -100_7 }]);
  });

  it('does not take a message in our topic for an answer to us', () => {
    const created = { message_id: 9, from: { id: 99 }, forum_topic_created: { name: 'Help' } };
    expect(eventOf({ chat: group, text: 'x', reply_to_message: created }).replyToUs).toBe(false);
    expect(
      eventOf({ chat: group, text: 'x', reply_to_message: { message_id: 9, from: { id: 99 } } })
        .replyToUs,
    ).toBe(true);
    expect(
      eventOf({ chat: group, text: 'x', reply_to_message: { message_id: 9, from: { id: 42 } } })
        .replyToUs,
    ).toBe(false);
  });

  it('names the chat that speaks, not the stand-in all anonymous people share', () => {
    const anonymous = {
      from: { id: 1_087_968_824, is_bot: true, first_name: 'Group' },
      sender_chat: group,
    };
    expect(eventOf({ chat: group, text: 'x', ...anonymous }).sender).toEqual({
      id: 'chat:-1007',
      name: 'Us',
      isBot: false,
    });
  });

  it('tells two edits within a second apart, and one delivered twice not', () => {
    const edits = ['a', 'b', 'a'].map((text) =>
      eventOf({ text, edit_date: 1_700_000_050 }, 'edited_message'),
    );
    const [first, second, again] = edits.map(({ externalId }) => externalId);
    expect(first).toMatch(/^42:5:e1700000050:/);
    expect(first).not.toBe(second);
    expect(first).toBe(again);
    expect(edits[0]).toMatchObject({ kind: 'edit', at: 1_700_000_050_000 });
  });

  it('shows the address behind words, and the words of a rich message', () => {
    const entities = [{ type: 'text_link', offset: 10, length: 7, url: 'https://a.example' }];
    expect(eventOf({ text: 'Visit our website now', entities }).text).toBe(
      'Visit our website (https://a.example) now',
    );
    const blocks = [
      { type: 'heading', size: 2, text: ['Re', { type: 'bold', text: 'lease' }] },
      { type: 'table', cells: [[{ text: 'chat' }, { text: 'ready' }]] },
    ];
    const text = eventOf({ rich_message: { blocks } }).text;
    for (const word of ['Re', 'lease', 'chat', 'ready']) expect(text).toContain(word);
  });

  it.each([
    [
      'voice',
      { voice: { file_id: 'v', mime_type: 'audio/ogg', duration: 3, file_size: 900 } },
      {
        kind: 'voice',
        file: {
          type: 'audio',
          mimeType: 'audio/ogg',
          ref: { fileId: 'v' },
          bytes: 900,
          durationMs: 3000,
          voice: true,
        },
      },
    ],
    [
      'document',
      { document: { file_id: 'd', file_name: 'a\0.pdf', mime_type: 'application/pdf' } },
      {
        kind: 'document',
        file: {
          type: 'document',
          mimeType: 'application/pdf',
          name: 'a .pdf',
          ref: { fileId: 'd' },
        },
      },
    ],
    [
      'document that lies about itself',
      { document: { file_id: 'd', file_size: -5, duration: 'x' } },
      {
        kind: 'document',
        file: { type: 'document', mimeType: 'application/octet-stream', ref: { fileId: 'd' } },
      },
    ],
    [
      'animation',
      { animation: { file_id: 'a' }, document: { file_id: 'a' } },
      {
        kind: 'animation',
        file: { type: 'document', mimeType: 'video/mp4', ref: { fileId: 'a' } },
      },
    ],
    [
      'video note',
      { video_note: { file_id: 'n', duration: 2.4 } },
      {
        kind: 'video note',
        file: { type: 'document', mimeType: 'video/mp4', ref: { fileId: 'n' }, durationMs: 2400 },
      },
    ],
    [
      'sticker',
      { sticker: { file_id: 's', emoji: '👍' } },
      {
        kind: 'sticker',
        file: { type: 'image', mimeType: 'image/webp', name: 'sticker 👍', ref: { fileId: 's' } },
      },
    ],
    [
      'sticker that moves',
      { sticker: { file_id: 's', is_animated: true } },
      {
        kind: 'sticker',
        file: { type: 'document', mimeType: 'application/x-tgsticker', ref: { fileId: 's' } },
      },
    ],
    ['venue', { venue: { title: 'Bar' }, location: { latitude: 1 } }, { kind: 'venue' }],
    ['poll', { poll: { id: '1', question: 'q' } }, { kind: 'poll' }],
  ])('names what is attached: %s', (_kind, fields, media) => {
    expect(eventOf(fields).media).toEqual([media]);
  });

  it('reads a pressed button', () => {
    const message = {
      message_id: 8,
      date: 1_700_000_000,
      chat: group,
      message_thread_id: 9,
      is_topic_message: true,
    };
    const decoded = decodeUpdate(
      { update_id: 1, callback_query: { id: 'q1', from: ann, message, data: 'approve x' } },
      self,
    );
    expect(decoded).toMatchObject({
      kind: 'event',
      callbackId: 'q1',
      event: {
        externalId: 'button:q1',
        kind: 'button',
        buttonToken: 'approve x',
        messageId: '8',
        sender: { id: '42' },
        chat: { threadId: '9' },
      },
    });
  });

  it.each([
    [{ status: 'left' }, { status: 'member' }, 'us'],
    [{ status: 'kicked' }, { status: 'restricted', is_member: true }, 'us'],
    [{ status: 'left' }, { status: 'restricted', is_member: false }, undefined],
    [{ status: 'member' }, { status: 'administrator' }, undefined],
    [{ status: 'member' }, { status: 'left' }, undefined],
  ])('takes %j and then %j as a coming of %s', (before, after, who) => {
    const user = { id: 99, first_name: 'Bot' };
    const change = {
      chat: group,
      from: ann,
      date: 5,
      old_chat_member: { user, ...before },
      new_chat_member: { user, ...after },
    };
    const decoded = decodeUpdate({ update_id: 1, my_chat_member: change }, self);
    const joined = decoded.kind === 'event' ? decoded.event.joined?.who : undefined;
    expect(joined).toBe(who);
    const direct = { update_id: 1, my_chat_member: { ...change, chat: dm } };
    expect(decodeUpdate(direct, self).kind).toBe('ignored');
  });

  it.each([
    ['our own', { text: 'x', from: { id: 99 } }, 'own'],
    ['that it came itself', { new_chat_members: [{ id: 99 }] }, 'service'],
    ['a pinned message', { pinned_message: { message_id: 1 } }, 'service'],
  ])('ignores %s', (_what, message, reason) => {
    expect(decode(message)).toEqual({ kind: 'ignored', reason });
  });

  it('ignores kinds nobody asked for', () => {
    expect(decodeUpdate({ update_id: 1, poll: { id: '1' } }, self)).toEqual({
      kind: 'ignored',
      reason: 'other-kind',
    });
  });

  it('keeps whole what it cannot read', () => {
    const unreadable: Json[] = [
      null,
      1,
      'x',
      [],
      {},
      { update_id: 'x' },
      { update_id: 1, message: null },
      { update_id: 2, message: { chat: 1 } },
      { update_id: 3, message: { message_id: 1, date: 1, chat: dm } },
      { update_id: 4, callback_query: { id: '1', from: ann } },
    ];
    for (const raw of unreadable)
      expect(decodeUpdate(raw, self)).toMatchObject({
        kind: 'event',
        event: { kind: 'unparsed', raw },
      });
  });

  it('never fails, and its events survive JSON and a database', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary' }), (value, text) => {
        // A JSON value is Json.
        const extra = value as Json;
        for (const raw of [
          extra,
          { update_id: 1, message: extra },
          {
            update_id: 1,
            message: { message_id: 1, date: 1, chat: dm, from: ann, text, entities: extra },
          },
        ]) {
          const decoded = decodeUpdate(raw, self);
          expect(JSON.parse(JSON.stringify(decoded))).toBeDefined();
          const said = decoded.kind === 'event' ? decoded.event.text : '';
          expect([said.isWellFormed(), said.includes('\0')]).toEqual([true, false]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads every update that people can cause here', async () => {
    await using server = await openTelegramServer({ privacy: false });
    server.user({ id: 42, firstName: 'Ann' });
    const updates = [
      server.say({ from: 42, text: '/start' }).update,
      server.say({ from: 42, text: 'photo', file: { kind: 'photo', bytes: new Uint8Array([1]) } })
        .update,
      server.say({ from: 42, file: { kind: 'voice', bytes: new Uint8Array([1]) } }).update,
    ];
    for (const update of updates) {
      expect(findTelegramFault(update, 'Update')).toBeUndefined();
      // The update is what `JSON.parse` of the wire gives.
      expect(decodeUpdate(JSON.parse(JSON.stringify(update)) as Json, self)).toMatchObject({
        kind: 'event',
        event: { kind: 'message' },
      });
    }
  });
});
