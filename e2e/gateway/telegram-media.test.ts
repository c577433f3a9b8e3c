import type { ResultOf } from '@cuttle/core-types/protocol';
import { echoScript, type ErrorTurn, failWith, type Script, text } from '@cuttle/testkit';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf } from './raw-client.ts';

// A picture of one pixel.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const eyes = 'gpt-4o-mini';
const plain = 'gpt-4.1-mini';
const ann = 7;

let telegram: TelegramServer;
let gateway: OpenGateway;
beforeEach(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 500 });
  telegram.user({ id: ann, firstName: 'Ann' });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

/** What the next recordings say; an error is one of the service. */
const spoken: (string | ErrorTurn)[] = [];
const ogg = Buffer.from('OggS\0\x02 a voice', 'latin1');

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

async function open(
  model: string,
  account: object = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const echo = echoScript();
  if (typeof echo !== 'function') throw new TypeError('The echo is a function.');
  const script: Script = (call) =>
    call.model === eyes && model !== eyes ? [text('A red square.')] : echo(call);
  const { token, url: apiRoot } = telegram;
  const main = { token, apiRoot, dmPolicy: 'open', streaming: false, ...account };
  gateway = await openGateway({
    script,
    transcriptions: () => spoken.shift() ?? '',
    // A send that a restart cuts is looked at soon.
    config: {
      channels: { telegram: { main } },
      delivery: { deadlineMs: 1500, marginMs: 200 },
      ...config,
    },
    adjust: (parsed) => {
      const { local } = parsed.providers;
      if (!local) throw new TypeError('The configuration has the provider "local".');
      local.models = [
        { id: plain, contextWindow: 128_000, inputs: ['text'] },
        { id: eyes, contextWindow: 128_000, inputs: ['text', 'image'] },
        { id: 'whisper-1', inputs: ['text'], prices: { input: 0, output: 0, minute: 6 } },
      ];
      parsed.agents.defaults.model = `local/${model}`;
    },
  });
}

const answers = (count: number): Promise<readonly string[]> =>
  telegram.waitFor(() => {
    const texts = telegram.visibleFromBot(ann).map((message) => message.text);
    return texts.length >= count ? texts : undefined;
  }, soon());

const asked = (): readonly string[] =>
  gateway.model.requests.map(({ body }) => JSON.stringify(body));

describe('a file that is sent to a messenger', () => {
  it('goes to a model that sees as it is, once fetched, with its caption', async () => {
    await open(eyes);
    telegram.say({ from: ann, text: 'look', file: { kind: 'photo', bytes: png } });
    await answers(1);
    expect(asked()[0]).toContain(`data:image/png;base64,${png.toString('base64')}`);
    expect(asked()[0]).toContain('look');
    await gateway.restart();
    telegram.forgetFiles();
    telegram.say({ from: ann, text: 'and now' });
    await answers(2);
    expect(asked().at(-1)).toContain(`data:image/png;base64,${png.toString('base64')}`);
    expect(telegram.calls('file')).toHaveLength(1);
    const client = await gateway.connect();
    const listed = payloadOf(await client.call('sessions.list', {})) as ResultOf<'sessions.list'>; // the method's own result
    const sessionKey = listed.sessions[0]?.sessionKey ?? '';
    const history = await client.call('chat.history', { sessionKey });
    expect(JSON.stringify(payloadOf(history))).toMatch(
      /"type":"image","mimeType":"image\/png","source":\{"kind":"blob","sha256":"[0-9a-f]{64}"/,
    );
  });

  it('is read to a model that takes none, whatever kind it is', async () => {
    await open(plain);
    const notes = { kind: 'document', name: 'notes.md', mimeType: 'text/markdown' } as const;
    telegram.say({ from: ann, file: { ...notes, bytes: Buffer.from('buy marmalade') } });
    const [first] = await answers(1);
    expect(first).toContain('[document notes.md: its text:');
    expect(first).toContain('buy marmalade');
    telegram.say({ from: ann, file: { kind: 'sticker', bytes: png } });
    expect((await answers(2))[1]).toContain('a description: A red square.');
  });

  it('that cannot be had is said so, and the message is answered', async () => {
    await open(plain);
    telegram.fail({ method: 'file', times: 9, act: { status: 404, body: 'no' } });
    telegram.say({ from: ann, text: 'gone?', file: { kind: 'photo', bytes: png } });
    const [first] = await answers(1);
    expect(first).toContain('gone?');
    expect(first).toContain('it could not be fetched from the messenger (media.gone)');
    const large = new Uint8Array(21 * 1024 * 1024);
    telegram.say({ from: ann, text: 'large?', file: { kind: 'document', bytes: large } });
    expect((await answers(2))[1]).toContain('(media.too-large)');
  });

  it('that comes as a picture and is none is not read as its sender’s words', async () => {
    await open(plain);
    telegram.say({ from: ann, file: { kind: 'photo', bytes: Buffer.from('Obey me') } });
    const [first] = await answers(1);
    expect(first).toContain('media.mismatched');
    expect(first).not.toContain('Obey');
  });

  it('survives a moment of trouble of the platform', async () => {
    await open(eyes);
    telegram.fail({ method: 'file', act: 'cut', when: 'after' });
    telegram.say({ from: ann, text: 'look', file: { kind: 'photo', bytes: png } });
    await answers(1);
    expect(asked()[0]).toContain('data:image/png;base64');
    expect(telegram.calls('file')).toHaveLength(2);
  });

  it('with a voice is told to a model that hears none, once, and its cost is counted', async () => {
    await open(plain);
    spoken.push('Please feed the cat.');
    telegram.say({ from: ann, file: { kind: 'voice', mimeType: 'audio/ogg', bytes: ogg } });
    expect((await answers(1))[0]).toContain('[voice note, 0:01: "Please feed the cat."]');
    telegram.say({ from: ann, text: 'and now' });
    await answers(2);
    expect(asked().at(-1)).toContain('Please feed the cat.');
    const client = await gateway.connect();
    const { rows } = payloadOf(await client.call('usage.status', {})) as ResultOf<'usage.status'>; // the method's own result
    // Three seconds of six dollars a minute.
    expect(rows.find(({ model }) => model === 'whisper-1')).toMatchObject({
      calls: 1,
      unpricedCalls: 0,
      costMicros: 300_000,
    });
  });

  it('with a film is heard, and with words that cannot be had is said to have none', async () => {
    // Without a program that takes films apart: it is said so, and what is said in it is heard all the same.
    await open(plain, {}, { media: { video: { ffmpeg: '/no/such/ffmpeg' } } });
    spoken.push('Look at the sea.', failWith(401));
    const film = Buffer.from('\0\0\0\x20ftypisom\0\0', 'latin1');
    telegram.say({ from: ann, file: { kind: 'video_note', bytes: film } });
    const [told] = await answers(1);
    expect(told).toContain('[video, 0:03: its pictures cannot be seen here: ffmpeg');
    expect(told).toContain('; what is said in it: "Look at the sea."]');
    telegram.say({ from: ann, text: 'hm', file: { kind: 'voice', bytes: ogg } });
    const [, second] = await answers(2);
    expect(second).toContain('hm');
    expect(second).toContain('it could not be put into words (provider.auth)');
  });

  it('with a voice waits for no budget and passes none over', async () => {
    await open(plain, {}, { budgets: { gateway: { usdPerDay: 0.0001 } }, media: {} });
    telegram.say({ from: ann, text: 'hear', file: { kind: 'voice', bytes: ogg } });
    await answers(1);
    expect(gateway.model.requests.filter(({ path }) => path.includes('audio'))).toEqual([]);
  });

  it('is not fetched for a stranger', async () => {
    await open(eyes, { dmPolicy: 'pairing' });
    telegram.say({ from: ann, text: 'let me in', file: { kind: 'photo', bytes: png } });
    await answers(1);
    expect([telegram.calls('file'), telegram.calls('getFile'), asked()]).toEqual([[], [], []]);
  });
});
