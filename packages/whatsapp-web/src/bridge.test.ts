import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BridgeCommand, BridgeEvent } from '@cuttle/core-types/bridge';
import type { WAMessage } from 'baileys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuthFolder } from './auth-state.ts';
import { type Bridge, createBridge } from './bridge.ts';
import {
  createScriptedLibrary,
  type ScriptedConnection,
  type ScriptedLibrary,
} from './testing/scripted-library.ts';

let folder: string;
let library: ScriptedLibrary;
let said: BridgeEvent[];
let bridges: Bridge[] = [];
let late: (() => void) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-whatsapp-web-'));
  library = createScriptedLibrary();
  said = [];
});
afterEach(async () => {
  for (const bridge of bridges) await bridge.end();
  bridges = [];
  await rm(folder, { recursive: true, force: true });
});

const open = async (): Promise<Bridge> => {
  const bridge = await createBridge({
    library,
    folder,
    say: (event) => void said.push(event),
    warn: (words) => {
      throw new Error(words);
    },
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        late = resolve;
        signal.addEventListener('abort', () => reject(new Error('in time')), { once: true });
      }),
  });
  bridges.push(bridge);
  return bridge;
};

const connection = (): ScriptedConnection => {
  const last = library.connections.at(-1);
  if (last === undefined) throw new Error('Nothing was connected');
  return last;
};

/** Every turn that files and promises of one command take, and one more. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const untilSaid = (type: BridgeEvent['type']): Promise<BridgeEvent> =>
  until(() => said.find((event) => event.type === type));
const answerTo = (id: string): BridgeEvent | undefined =>
  said.find((event) => (event.type === 'done' || event.type === 'failed') && event.id === id);

async function link(bridge: Bridge): Promise<void> {
  const linking = bridge.obey({ type: 'login', id: 'login' });
  await until(() => library.connections.at(-1));
  connection().listener.onState({ qr: '2@one' });
  connection().pair();
  connection().close(515, 'Stream Errored (restart required)');
  connection().open();
  await linking;
}

const hi = (id: string, more: object = {}): WAMessage => ({
  key: { remoteJid: '491701234567@s.whatsapp.net', fromMe: false, id },
  messageTimestamp: 1,
  message: { conversation: id },
  ...more,
});

const send: BridgeCommand = {
  type: 'send',
  id: 's',
  chat: '491701234567',
  messageId: '3EB0AA',
  text: 'hello',
};

describe('a link', () => {
  it('is shown as codes, survives the new start that WhatsApp asks for, and is kept', async () => {
    const bridge = await open();
    await bridge.obey({ type: 'connect', id: 'c' });
    expect(answerTo('c')).toMatchObject({ type: 'failed', code: 'unlinked', reached: false });
    await link(bridge);
    expect(said).toMatchObject([
      { type: 'ready', version: 2 },
      { type: 'failed' },
      { type: 'qr', code: '2@one', expiresInMs: 60_000 },
      { type: 'connected', account: { id: '15550783881', name: 'Cuttle' } },
      { type: 'done', id: 'login' },
    ]);
    await until(() => (library.connections.length === 2 ? true : undefined));
    const later = await open();
    const connecting = later.obey({ type: 'connect', id: 'again' });
    await until(() => (library.connections.length === 3 ? true : undefined));
    connection().open();
    await connecting;
    expect(answerTo('again')).toEqual({ type: 'done', id: 'again' });
    const { mode } = await stat(join(folder, 'session', 'creds.json'));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'session'))).mode & 0o777).toBe(0o700);
  });

  it('that nobody scanned is said to be none', async () => {
    const bridge = await open();
    const linking = bridge.obey({ type: 'login', id: 'l' });
    await until(() => library.connections.at(-1));
    connection().close(408, 'QR refs attempts ended');
    await linking;
    expect(answerTo('l')).toMatchObject({ code: 'unavailable', message: /QR refs/ });
  });

  it('that was ended on the phone is forgotten', async () => {
    const bridge = await open();
    await link(bridge);
    connection().close(401, 'Connection Failure');
    expect(await untilSaid('logged-out')).toMatchObject({ reason: 'Connection Failure' });
    await bridge.obey({ type: 'connect', id: 'c' });
    expect(answerTo('c')).toMatchObject({ code: 'unlinked' });
  });

  it('that is ended here is ended there', async () => {
    const bridge = await open();
    await link(bridge);
    await bridge.obey({ type: 'logout', id: 'o' });
    expect([library.logOuts, answerTo('o')]).toEqual([1, { type: 'done', id: 'o' }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('whose connection is lost says so, and is connected anew', async () => {
    const bridge = await open();
    await link(bridge);
    connection().close(428, 'Connection Terminated');
    expect(await untilSaid('closed')).toMatchObject({ reason: 'Connection Terminated (428)' });
    await bridge.obey(send);
    expect(answerTo('s')).toMatchObject({ code: 'unavailable', reached: false });
    const before = library.connections.length;
    const connecting = bridge.obey({ type: 'connect', id: 'c' });
    await until(() => (library.connections.length > before ? true : undefined));
    connection().open();
    await connecting;
    expect(answerTo('c')).toEqual({ type: 'done', id: 'c' });
  });
});

describe('messages', () => {
  const given = () => said.flatMap((event) => (event.type === 'message' ? [event] : []));

  it('are files until they were taken, also for the next life', async () => {
    const bridge = await open();
    await link(bridge);
    connection().say(
      hi('one'),
      hi('two'),
      hi('one'),
      hi('own', { key: { ...hi('own').key, fromMe: true } }),
    );
    await bridge.obey({ type: 'listen', id: 'l' });
    connection().say(hi('three'));
    await until(() => (given().length === 3 ? true : undefined));
    expect(given().map(({ message }) => message)).toMatchObject([
      { id: 'one' },
      { id: 'two' },
      { id: 'three' },
    ]);
    await bridge.obey({ type: 'taken', event: given()[0]?.event ?? '' });
    await bridge.obey({ type: 'taken', event: '../creds' });

    said = [];
    const later = await open();
    const connecting = later.obey({ type: 'connect', id: 'c' });
    await until(() => (library.connections.length === 3 ? true : undefined));
    connection().open();
    await connecting;
    await later.obey({ type: 'listen', id: 'l' });
    connection().say(hi('four'));
    await until(() => (given().length === 3 ? true : undefined));
    expect(given().map(({ message }) => message)).toMatchObject([
      { id: 'two' },
      { id: 'three' },
      { id: 'four' },
    ]);
  });
});

describe('a message of ours', () => {
  it('is done when WhatsApp took it, under the id that was given', async () => {
    const bridge = await open();
    await link(bridge);
    connection().say(hi('asked'));
    await bridge.obey({ ...send, quote: 'asked' });
    expect(answerTo('s')).toEqual({ type: 'done', id: 's' });
    expect(connection().sent).toMatchObject([
      {
        jid: '491701234567@s.whatsapp.net',
        content: { text: 'hello' },
        options: { messageId: '3EB0AA', quoted: { key: { id: 'asked' } } },
      },
    ]);
    expect(connection().listener.findSent('3EB0AA')).toEqual({ conversation: 'hello' });
  });

  it.each([
    ['463', 'blocked'],
    ['479', 'invalid'],
    ['429', 'rate-limited'],
    ['500', 'unavailable'],
  ])('that is refused by %s is %s, and was not sent', async (error, code) => {
    const bridge = await open();
    await link(bridge);
    library.answer = { error };
    await bridge.obey(send);
    expect(answerTo('s')).toMatchObject({ type: 'failed', code, reached: false });
  });

  it('of which nothing is heard may have been sent', async () => {
    const bridge = await open();
    await link(bridge);
    library.answer = 'silence';
    const sending = bridge.obey(send);
    await until(() => connection().sent[0]);
    late?.();
    await sending;
    expect(answerTo('s')).toMatchObject({ code: 'unavailable' });
    expect(answerTo('s')).not.toHaveProperty('reached');
  });

  it('is changed and taken back by its id, but not once the phone took it back', async () => {
    const bridge = await open();
    await link(bridge);
    const change = { chat: '491701234567', target: '3EB0AA', text: 'new' };
    await bridge.obey({ type: 'edit', id: 'e', messageId: '3EB0AB', ...change });
    await bridge.obey({ type: 'delete', id: 'd', messageId: '3EB0AC', ...change });
    await bridge.obey({ type: 'react', id: 'r', emoji: '👍', own: true, ...change });
    await bridge.obey({ type: 'typing', id: 't', read: true, ...change });
    const key = { remoteJid: '491701234567@s.whatsapp.net', fromMe: true, id: '3EB0AA' };
    expect(connection().sent.map(({ content }) => content)).toMatchObject([
      { text: 'new', edit: key },
      { delete: key },
      { react: { text: '👍', key } },
    ]);
    expect(connection().typing).toEqual([key.remoteJid]);
    const takenBack = { protocolMessage: { type: 0, key } };
    connection().say(hi('x', { key: { ...key, id: 'x' }, message: takenBack }));
    await bridge.obey({ type: 'edit', id: 'late', messageId: '3EB0AD', ...change });
    expect(answerTo('late')).toMatchObject({ code: 'invalid' });
  });
});

describe('a reaction', () => {
  const chat = '120363000000000001@g.us';
  const key = { remoteJid: chat, fromMe: false, id: '3A11', participant: '5566@lid' };
  const wire = hi('3A11', { key: { ...key, participantAlt: '491701234567@s.whatsapp.net' } });
  const react = { type: 'react', id: 'r', chat, target: '3A11', own: false, emoji: '👍' } as const;
  const reactions = (): unknown[] => connection().sent.map(({ content }) => content);

  async function again(): Promise<Bridge> {
    await bridges.pop()?.end();
    const later = await open();
    const connecting = later.obey({ type: 'connect', id: 'again' });
    await until(() => (library.connections.length === 3 ? true : undefined));
    connection().open();
    await connecting;
    return later;
  }

  it('in a group names who wrote the message, in the words of the group, also after a restart', async () => {
    const bridge = await open();
    await link(bridge);
    connection().say(wire);
    const later = await again();
    await later.obey(react);
    expect(reactions()).toEqual([{ react: { text: '👍', key } }]);
  });

  it('is of the chat it is for, whatever ids people choose, until the account is logged out', async () => {
    const bridge = await open();
    await link(bridge);
    const other = '120363000000000002@g.us';
    connection().say(wire, hi('3A11', { key: { ...key, remoteJid: other, participant: '7@lid' } }));
    const later = await again();
    await later.obey(react);
    await later.obey({ type: 'logout', id: 'l' });
    expect(reactions()).toEqual([{ react: { text: '👍', key } }]);
    expect(await readdir(folder)).not.toContain('heard.jsonl');
  });
});

it('shows with its typing, once, that what was written was read', async () => {
  const bridge = await open();
  await link(bridge);
  connection().say(hi('one'), hi('two'));
  const typing = { type: 'typing', chat: '491701234567' } as const;
  await bridge.obey({ ...typing, id: 'a', read: false });
  expect(connection().read).toEqual([]);
  await bridge.obey({ ...typing, id: 'b', read: true });
  await bridge.obey({ ...typing, id: 'c', read: true });
  expect(connection().read).toEqual(['one', 'two']);
  expect(connection().typing).toHaveLength(3);
});

describe('a file of ours', () => {
  const file = { path: '/tmp/bytes', mimeType: 'audio/ogg', name: 'a.ogg' };
  const url = { url: '/tmp/bytes' };

  it.each([
    [
      { kind: 'image', mimeType: 'image/png' },
      { image: url, mimetype: 'image/png', caption: 'hello' },
    ],
    [
      { kind: 'video', mimeType: 'video/mp4' },
      { video: url, caption: 'hello' },
    ],
    [
      { kind: 'document' },
      { document: url, fileName: 'a.ogg', mimetype: 'audio/ogg', caption: 'hello' },
    ],
    [{ kind: 'voice' }, { audio: url, ptt: true, mimetype: 'audio/ogg; codecs=opus' }],
    [
      { kind: 'audio', mimeType: 'audio/mpeg' },
      { audio: url, ptt: false, mimetype: 'audio/mpeg' },
    ],
  ] as const)('of %j goes as what it is, from where it lies', async (more, content) => {
    const bridge = await open();
    await link(bridge);
    await bridge.obey({ ...send, file: { ...file, ...more } });
    expect(answerTo('s')).toEqual({ type: 'done', id: 's' });
    expect(connection().sent).toMatchObject([{ content, options: { messageId: '3EB0AA' } }]);
    // A device that could not read it asks for it once more.
    expect(connection().listener.findSent('3EB0AA')).toEqual({ conversation: 'on the wire' });
  });

  it('is not sent beside itself where it is asked for again on its way', async () => {
    const bridge = await open();
    await link(bridge);
    library.answer = 'silence';
    const asked = { ...send, file: { ...file, kind: 'document' } } as const;
    const both = [bridge.obey(asked), bridge.obey({ ...asked, id: 'again' })];
    await until(() => connection().sent[0]);
    connection().listener.onAcknowledged('3EB0AA', undefined);
    await Promise.all(both);
    expect([answerTo('s'), answerTo('again')]).toMatchObject([{ type: 'done' }, { type: 'done' }]);
    expect(connection().sent).toHaveLength(1);
  });
});

describe('a file', () => {
  const ref = { type: 'image', directPath: '/v/t', mediaKey: 'AQIDBA==' };

  it.each([
    [{ ...ref, directPath: '/gone' }, 'gone'],
    [{ ...ref, directPath: 'https://evil.example' }, 'gone'],
    [null, 'gone'],
    [ref, 'too-large'],
  ])('%j of which too much or nothing is there is %s', async (wanted, code) => {
    const bridge = await open();
    library.files.set('/v/t', [new Uint8Array(6), new Uint8Array(6)]);
    const path = join(folder, 'bytes');
    await bridge.obey({ type: 'download', id: 'd', ref: wanted, path, maxBytes: 11 });
    expect(answerTo('d')).toMatchObject({ code });
  });

  it('is written where it was asked for', async () => {
    const bridge = await open();
    library.files.set('/v/t', [new Uint8Array([1]), new Uint8Array([2])]);
    const path = join(folder, 'bytes');
    await bridge.obey({ type: 'download', id: 'd', ref, path, maxBytes: 2 });
    expect([...(await readFile(path))]).toEqual([1, 2]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

it('keeps the keys of conversations with their bytes, each apart, and removes what is null', async () => {
  const place = join(folder, 'session');
  const { state } = await openAuthFolder(place, library);
  const session = new Uint8Array([1, 2, 255]);
  await state.keys.set({ session: { 'a/../b:1': session, other: session } });
  await Promise.all([
    state.keys.set({ session: { other: new Uint8Array([3]) } }),
    state.keys.set({ session: { other: null } }),
  ]);
  const later = await openAuthFolder(place, library);
  expect(await later.state.keys.get('session', ['a/../b:1', 'other'])).toEqual({
    'a/../b:1': session,
  });
  expect(await readdir(place)).toEqual(['session-a%2F..%2Fb%3A1.json']);
});
