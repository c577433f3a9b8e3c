import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { echoScript, type Script, text } from '@cuttle/testkit';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { hasProgram } from '@cuttle/tooling/has-program';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient } from './raw-client.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

const takes = 'qwen-vl';
const sees = 'gpt-4o-mini';
const blind = 'gpt-4.1-mini';
/** It begins as a film does; who takes films looks into it. */
const anyFilm = Buffer.from('\0\0\0\x20ftypisom\0\0 a film', 'latin1').toString('base64');

async function open(model: string, config: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const echo = echoScript();
  if (typeof echo !== 'function') throw new TypeError('The echo is a function.');
  const script: Script = (call) =>
    call.model === sees && model === blind ? [text('A test card with a clock.')] : echo(call);
  gateway = await openGateway({
    script,
    transcriptions: () => 'Feed the cat.',
    models: [
      { id: takes, inputs: ['image_url', 'video_url'] },
      { id: sees, inputs: ['image_url'] },
      { id: blind, inputs: [] },
    ],
    config,
    overrides: { env: { PATH: process.env['PATH'] } },
    adjust: ({ agents, providers: { local } }) => {
      if (!local) throw new TypeError('The configuration has the provider "local".');
      local.models = [
        { id: takes, contextWindow: 128_000, inputs: ['text', 'image', 'video'] },
        { id: sees, contextWindow: 128_000, inputs: ['text', 'image'] },
        { id: blind, contextWindow: 128_000, inputs: ['text'] },
        { id: 'whisper-1', inputs: ['text'], prices: { input: 0, output: 0, minute: 6 } },
      ];
      agents.defaults.model = `local/${model}`;
    },
  });
}

let messages = 0;
async function ask(client: RawClient, message: string, data?: string): Promise<void> {
  messages += 1;
  const attachments = data === undefined ? [] : [{ mimeType: 'video/mp4', name: 'clip.mp4', data }];
  const params = { sessionKey: 'main', message, idempotencyKey: `f${messages}`, attachments };
  const { runId } = payloadOf(await client.call('chat.send', params)) as ResultOf<'chat.send'>; // the method's own result
  const ended = payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
  expect(ended).toMatchObject({ status: 'completed' });
}

const bodiesOf = (model: string): readonly string[] =>
  gateway.model.requests
    .map(({ body }) => JSON.stringify(body ?? null))
    .filter((body) => body.includes(`"model":"${model}"`));
const heard = (): number =>
  gateway.model.requests.filter(({ path }) => path.includes('transcriptions')).length;

describe('a film', () => {
  it('goes as it is to a server of one’s own whose model is said to take films', async () => {
    await open(takes);
    await ask(await gateway.connect(), 'look', anyFilm);
    const url = `data:video/mp4;base64,${anyFilm}`;
    expect(bodiesOf(takes).at(-1)).toContain(`{"type":"video_url","video_url":{"url":"${url}"}}`);
    expect(heard()).toBe(0);
  });

  it('goes as it is to Gemini', async () => {
    await using gemini = await openGeminiServer({ script: () => [text('I see.')] });
    gateway = await openGateway({
      adjust: (parsed) => {
        parsed.providers['google'] = { kind: 'gemini', baseUrl: gemini.url, apiKey: 'test-key' };
        parsed.providers['google'].models = [
          { id: 'gemini-2.5-flash', inputs: ['text', 'image', 'video'] },
        ];
        parsed.agents.defaults.model = 'google/gemini-2.5-flash';
      },
    });
    await ask(await gateway.connect(), 'look', anyFilm);
    const inline = { mimeType: 'video/mp4', data: anyFilm };
    expect(JSON.stringify(gemini.requests.at(-1)?.body)).toContain(JSON.stringify(inline));
  });

  it('is named, and heard, where nothing takes films apart', async () => {
    await open(sees, { media: { video: { ffmpeg: '/no/such/ffmpeg' } } });
    await ask(await gateway.connect(), 'look', anyFilm);
    const body = bodiesOf(sees).at(-1);
    expect(body).toContain('[video clip.mp4, 0:03: its pictures cannot be seen here: ffmpeg');
    expect(body).toContain('what is said in it: \\"Feed the cat.\\"]');
  });
});

// Skipped where it is not installed: `apt install ffmpeg`; CI does (.ci/run).
describe.runIf(hasProgram('ffprobe'))(
  'a film, with the ffmpeg of this machine (skipped where it is not installed)',
  () => {
    /** Three seconds of a test card with a tone. */
    async function makeFilm(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'cuttle-film-'));
      const file = join(folder, 'a.mp4');
      const input = ['-f', 'lavfi', '-i', 'testsrc=d=3:s=128x96:r=5', '-f', 'lavfi', '-i'];
      const output = ['sine=d=3', '-c:v', 'mpeg4', '-c:a', 'aac', file];
      await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', ...input, ...output]);
      const film = await readFile(file, 'base64');
      await rm(folder, { recursive: true });
      return film;
    }
    const pictures = (body = ''): number => body.split('data:image/jpeg;base64,').length - 1;
    const leftFilms = (): Promise<readonly string[]> => readdir(join(gateway.home, 'run', 'films'));

    it('goes in pictures with their times, and with what is said in it, to a model that sees', async () => {
      await open(sees, { media: { video: { frames: 3 } } });
      const client = await gateway.connect();
      await ask(client, 'look', await makeFilm());
      const body = bodiesOf(sees).at(-1);
      expect(body).toContain(
        '[video clip.mp4, 0:03: 3 of its pictures follow, each behind its time; what is said in it: \\"Feed the cat.\\"]',
      );
      expect(body).toContain('[video clip.mp4 at 0:02:]');
      expect(pictures(body)).toBe(3);
      expect(await leftFilms()).toEqual([]);
      await gateway.restart();
      await ask(await gateway.connect(), 'and now');
      // The same bytes again, so that a prompt cache stays warm; nobody is asked twice.
      expect(pictures(bodiesOf(sees).at(-1))).toBe(3);
      expect(heard()).toBe(1);
    });

    it('is told to a model that sees nothing, described once from all of its pictures', async () => {
      await open(blind, { media: { describe: `local/${sees}` } });
      const client = await gateway.connect();
      await ask(client, 'look', await makeFilm());
      await ask(client, 'and now');
      expect(bodiesOf(sees)).toHaveLength(1);
      expect(pictures(bodiesOf(sees)[0])).toBe(6);
      const said =
        '[video clip.mp4, 0:03: a description: A test card with a clock.; what is said in it: \\"Feed the cat.\\"]';
      for (const body of bodiesOf(blind)) expect(body).toContain(said);
      expect(heard()).toBe(1);
      const { rows } = payloadOf(await client.call('usage.status', {})) as ResultOf<'usage.status'>; // the method's own result
      expect(rows.find(({ model }) => model === sees)).toMatchObject({ calls: 1 });
    });

    it('that is broken is said so, and the message is answered', async () => {
      await open(sees);
      await ask(await gateway.connect(), 'look', anyFilm);
      expect(bodiesOf(sees).at(-1)).toContain(
        '[video clip.mp4: its pictures cannot be seen here: it could not be put into words (media.unreadable)]',
      );
      expect(heard()).toBe(0);
    });
  },
);
