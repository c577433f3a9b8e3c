import type { Usage } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Transcriber } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { inspectMedia } from '../sniff/inspect-media.ts';
import { createAudioScribe } from './audio-scribe.ts';

const payer = { agentId: 'main', personId: 'person' };
const never = new AbortController().signal;
const usage = { inputTokens: 0, outputTokens: 0, audioSeconds: 3 };

function setUp(answer: Transcriber['transcribe'], room: 'room' | 'none' = 'room') {
  const seen = { asked: 0, released: 0, most: undefined as Usage | undefined };
  const transcriber: Transcriber = {
    id: 'ears',
    transcribe(request, signal) {
      seen.asked += 1;
      return answer(request, signal);
    },
  };
  const scribe = createAudioScribe({
    transcriber,
    model: 'one',
    maxBytes: () => 1000,
    async open(most) {
      seen.most = most;
      if (room === 'none') throw new CuttleError('budget.exceeded', 'No room.');
      return {
        toCall: async (used) => ({ callId: 'c', ...payer, ...used, costMicros: 5 }),
        release: async () => void (seen.released += 1),
      };
    },
  });
  const write = (bytes: Uint8Array, mimeType = 'audio/ogg'): Promise<unknown> =>
    scribe.write({ bytes, facts: inspectMedia(bytes, { mimeType }) }, payer, never);
  return { seen, scribe, write };
}

const ogg = Buffer.from('OggS\0\x02', 'latin1');

async function codeOf(writing: Promise<unknown>): Promise<string> {
  const error: unknown = await writing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isCuttleError(error) ? error.code : String(error);
}

describe('createAudioScribe', () => {
  it('gives the words, how long they took and what they cost', async () => {
    const { write, scribe } = setUp(async () => ({ text: 'Hi', durationMs: 2600, usage }));
    expect(scribe.by).toBe('ears/one');
    expect(await write(ogg)).toEqual({
      text: 'Hi',
      detail: { durationMs: 2600 },
      call: { callId: 'c', ...payer, provider: 'ears', model: 'one', usage, costMicros: 5 },
    });
  });

  it('sets aside what the longest recording of such bytes costs, and gives it back', async () => {
    const { write, seen } = setUp(async () => {
      throw new CuttleError('provider.overloaded', 'Later.');
    });
    expect(await codeOf(write(Buffer.concat([ogg, Buffer.alloc(744)])))).toBe(
      'provider.overloaded',
    );
    expect(seen).toMatchObject({ asked: 1, released: 1, most: { audioSeconds: 1 } });
  });

  it('asks nobody where there is no room, and for what nobody takes', async () => {
    const { write, seen } = setUp(async () => ({ text: '', usage }), 'none');
    expect(await codeOf(write(ogg))).toBe('budget.exceeded');
    expect(await codeOf(write(Buffer.from('#!AMR\n')))).toBe('media.unreadable');
    expect(await codeOf(write(Buffer.concat([ogg, Buffer.alloc(2000)])))).toBe('media.too-large');
    expect(seen.asked).toBe(0);
  });
});
