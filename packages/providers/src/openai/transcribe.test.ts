import { isCuttleError } from '@cuttle/core-types/errors';
import { failWith, overloaded } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { describe, expect, it } from 'vitest';
import { createOpenaiTranscriber } from './transcribe.ts';

const never = new AbortController().signal;
const bytes = new TextEncoder().encode('OggS of a voice');
const voice = { model: 'whisper-1', bytes, mimeType: 'audio/ogg' } as const;

const connect = (baseUrl: string, fetcher: typeof fetch = fetch) =>
  createOpenaiTranscriber({ apiKey: 'test-key', baseUrl, fetch: fetcher });

async function failureOf(asking: Promise<unknown>): Promise<string> {
  const error: unknown = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isCuttleError(error) ? error.code : String(error);
}

describe('createOpenaiTranscriber', () => {
  it('sends the recording as a file with an ending, and reads words and seconds', async () => {
    await using server = await openOpenaiServer({ script: [], transcriptions: () => ' Hello.\n' });
    expect(await connect(server.url).transcribe(voice, never)).toEqual({
      text: 'Hello.',
      durationMs: 3000,
      usage: { inputTokens: 0, outputTokens: 0, audioSeconds: 3 },
    });
    const [request] = server.requests;
    expect(request?.text).toContain('filename="recording.ogg"');
    expect(request?.text).toContain('OggS of a voice');
    expect(server.violations).toEqual([]);
  });

  it('counts tokens where a model is billed by them', async () => {
    await using server = await openOpenaiServer({ script: [], transcriptions: () => 'Hi' });
    const later = { ...voice, model: 'gpt-4o-mini-transcribe', mimeType: 'video/mp4' };
    expect(await connect(server.url).transcribe(later, never)).toEqual({
      text: 'Hi',
      usage: { inputTokens: 30, outputTokens: 9 },
    });
  });

  it('says what fails by its name, and nothing of the key', async () => {
    const turns = [overloaded(), failWith(401, {}), failWith(413, {})];
    await using server = await openOpenaiServer({
      script: [],
      transcriptions: () => turns.shift() ?? 'x',
    });
    const { transcribe } = connect(server.url);
    expect(await failureOf(transcribe(voice, never))).toMatch(/^provider\./);
    expect(await failureOf(transcribe(voice, never))).toBe('provider.auth');
    expect(await failureOf(transcribe({ ...voice, mimeType: 'audio/amr' }, never))).toBe(
      'provider.invalid',
    );
    expect(await failureOf(transcribe({ ...voice, model: 'none' }, never))).toMatch(/^provider\./);
  });

  it.each(['', '[]', '{"text":5}', '<html>', '{"usage":{}}'])(
    'takes the answer %j for what it is',
    async (body) => {
      const answering: typeof fetch = async () => new Response(body, { status: 200 });
      const { transcribe } = connect('http://127.0.0.1:1/v1', answering);
      expect(await failureOf(transcribe(voice, never))).toBe('provider.malformed');
    },
  );

  it('reads past numbers that are none', async () => {
    const body = '{"text":"a","duration":"x","usage":{"seconds":-5,"input_tokens":"many"}}';
    const answering: typeof fetch = async () => new Response(body, { status: 200 });
    const { transcribe } = connect('http://127.0.0.1:1/v1', answering);
    expect(await transcribe(voice, never)).toEqual({
      text: 'a',
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  it('ends soon after an abort, with its reason', async () => {
    const stop = new AbortController();
    const hanging: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        stop.abort(new Error('enough'));
      });
    const { transcribe } = connect('http://127.0.0.1:1/v1', hanging);
    expect(await failureOf(transcribe(voice, stop.signal))).toContain('enough');
  });
});
