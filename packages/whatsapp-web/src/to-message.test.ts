import type { WAMessage } from 'baileys';
import { describe, expect, it } from 'vitest';
import { isSelf, toChatId, toJid } from './address.ts';
import { toBridgeMessage } from './to-message.ts';

const self = { id: '15550783881', lid: '99887766' };
const ann = '491701234567@s.whatsapp.net';
const group = '120363041234567890@g.us';

/** A message in the shape in which `messages.upsert` of Baileys 7.0.0-rc14 gives it. */
function wire(message: unknown, key: object = {}): WAMessage {
  return {
    key: { remoteJid: ann, fromMe: false, id: '3A01', ...key },
    messageTimestamp: 1_700_000_000,
    pushName: 'Ann',
    message,
  } as WAMessage; // as it comes from the wire
}

const read = (message: unknown, key?: object) => toBridgeMessage(wire(message, key), self);

describe('a message', () => {
  it('of words is who, where, what and when', () => {
    expect(read({ conversation: 'hi' })).toEqual({
      id: '3A01',
      chat: { id: '491701234567', kind: 'dm' },
      sender: { id: '491701234567', name: 'Ann' },
      own: false,
      at: 1_700_000_000_000,
      text: 'hi',
      media: [],
      mentioned: false,
      answersUs: false,
    });
  });

  it('of a group names its author by their number where that is known', () => {
    const message = { extendedTextMessage: { text: 'hi' } };
    const known = { remoteJid: group, participant: '5566@lid', participantAlt: ann };
    expect(read(message, known)).toMatchObject({
      chat: { id: group, kind: 'group' },
      sender: { id: '491701234567' },
    });
    expect(read(message, { remoteJid: group, participant: '5566@lid' })).toMatchObject({
      sender: { id: '5566@lid' },
    });
  });

  it('says whether it names us or answers us, by either of our names', () => {
    const said = (contextInfo: object) => read({ extendedTextMessage: { text: 'x', contextInfo } });
    expect(said({ mentionedJid: ['99887766@lid'] })).toMatchObject({ mentioned: true });
    expect(said({ mentionedJid: [ann] })).toMatchObject({ mentioned: false });
    expect(said({ stanzaId: 'A', participant: '15550783881@s.whatsapp.net' })).toMatchObject({
      answersUs: true,
    });
    expect(said({ stanzaId: 'A', participant: ann })).toMatchObject({ answersUs: false });
  });

  it('says what it answers, and who said that', () => {
    const said = (contextInfo: object) => read({ extendedTextMessage: { text: 'x', contextInfo } });
    const quotedMessage = { imageMessage: { caption: 'look', mediaKey: null } };
    const ours = { stanzaId: 'A', participant: '99887766@lid', quotedMessage };
    expect(said(ours)?.quoted).toEqual({ text: 'look' });
    expect(said({ ...ours, participant: ann })?.quoted).toEqual({
      text: 'look',
      from: '491701234567',
    });
    expect(said({ stanzaId: 'A', participant: ann, quotedMessage: {} })?.quoted).toBeUndefined();
  });

  it('that is a reaction to ours is told, and no other', () => {
    const reaction = (fromMe: boolean, text = '👍') =>
      read({ reactionMessage: { key: { remoteJid: ann, fromMe, id: '3EB0AA' }, text } });
    expect(reaction(true)).toMatchObject({
      id: '3A01',
      text: '',
      media: [],
      reaction: { target: '3EB0AA', emoji: '👍' },
    });
    expect([reaction(false), reaction(true, '')]).toEqual([undefined, undefined]);
  });

  it('that disappears or is seen once is what it holds', () => {
    const inner = { ephemeralMessage: { message: { conversation: 'gone soon' } } };
    expect(read(inner)).toMatchObject({ text: 'gone soon' });
    expect(read({ viewOnceMessageV2: { message: inner } })).toMatchObject({ text: 'gone soon' });
  });

  it('that changes another names it', () => {
    const change = { conversation: 'first' };
    const key = { id: 'OLD', remoteJid: ann };
    expect(
      read({ protocolMessage: { type: 14, key, editedMessage: change } }, { id: 'NEW' }),
    ).toMatchObject({ id: 'NEW', edits: 'OLD', text: 'first' });
  });

  it.each([
    ['imageMessage', { caption: 'look', mimetype: 'image/jpeg' }, 'image'],
    ['stickerMessage', { mimetype: 'image/webp' }, 'sticker'],
    ['audioMessage', { ptt: true, seconds: 3, mimetype: 'audio/ogg; codecs=opus' }, 'voice'],
    ['audioMessage', { seconds: 3 }, 'audio'],
    ['videoMessage', { caption: 'look' }, 'video'],
    ['documentMessage', { fileName: 'a.pdf', caption: 'look' }, 'document'],
  ])('of a file, %s %j, is a %s', (name, more, kind) => {
    const file = { mediaKey: new Uint8Array([1, 2]), directPath: '/v/t', fileLength: 12 };
    const message = read({ [name]: { ...file, ...more } });
    expect(message?.media).toMatchObject([
      { kind, bytes: 12, ref: { directPath: '/v/t', mediaKey: 'AQI=' } },
    ]);
    expect(message?.text).toBe('caption' in more ? 'look' : '');
    expect(read({ [name]: more })?.media).toEqual([{ kind }]);
  });

  it('of something else is told by its kind', () => {
    expect(read({ liveLocationMessage: {} })?.media).toEqual([{ kind: 'live location' }]);
    expect(read({ pollCreationMessageV3: {} })?.media).toEqual([{ kind: 'poll creation' }]);
  });

  it.each([
    [{ reactionMessage: { text: 'x' } }, {}],
    [{ protocolMessage: { type: 0 } }, {}],
    [{ senderKeyDistributionMessage: {} }, {}],
    [undefined, {}],
    [{ conversation: 'x' }, { remoteJid: 'status@broadcast' }],
    [{ conversation: 'x' }, { remoteJid: '123@newsletter' }],
    [{ conversation: 'x' }, { id: undefined }],
  ])('that nobody said to us, %j %j, is none', (message, key) => {
    expect(read(message, key)).toBeUndefined();
  });
});

it('names chats by numbers, and finds them again', () => {
  expect(toChatId('491701234567:12@s.whatsapp.net')).toBe('491701234567');
  expect(toChatId('5566@lid')).toBe('5566@lid');
  expect(toChatId('5566@lid', ann)).toBe('491701234567');
  expect([toJid('491701234567'), toJid('5566@lid'), toJid(group)]).toEqual([
    ann,
    '5566@lid',
    group,
  ]);
  expect(isSelf(undefined, self)).toBe(false);
});
