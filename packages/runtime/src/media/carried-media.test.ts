import { describe, expect, it } from 'vitest';
import { createCarrier } from './carried-media.ts';

const image = { kind: 'image', mimeType: 'image/png', bytes: 1000 } as const;
const all = ['text', 'image', 'audio', 'document', 'video'] as const;
const film = { kind: 'video', mimeType: 'video/mp4', bytes: 1000 } as const;

describe('createCarrier', () => {
  it('gives a model what it takes, and images to one of which nothing is known', () => {
    const pdf = { kind: 'document', mimeType: 'application/pdf', bytes: 10 } as const;
    const unknown = createCarrier({ dialect: 'openai', inputs: undefined });
    expect([unknown(image).kind, unknown(pdf).kind]).toEqual(['taken', 'not-taken']);
    const blind = createCarrier({ dialect: 'openai', inputs: ['text'] });
    expect(blind(image).kind).toBe('not-taken');
    const reader = createCarrier({ dialect: 'anthropic', inputs: all });
    expect(reader(pdf).kind).toBe('taken');
  });

  it('gives no dialect a format that it does not read', () => {
    const carry = createCarrier({ dialect: 'anthropic', inputs: all });
    expect(carry({ ...image, mimeType: 'image/heic' }).kind).toBe('not-taken');
    expect(carry({ kind: 'audio', mimeType: 'audio/ogg', bytes: 9 }).kind).toBe('not-taken');
    expect(carry({ kind: 'other', mimeType: 'application/zip', bytes: 9 }).kind).toBe('not-taken');
    const nowhere = createCarrier({ dialect: 'no such dialect', inputs: all });
    expect(nowhere(image).kind).toBe('not-taken');
  });

  it('gives films to those who take them as such, within what each service takes', () => {
    const carrierOf = (dialect: string) => createCarrier({ dialect, inputs: all });
    for (const dialect of ['anthropic', 'openai-responses', 'ollama'])
      expect(carrierOf(dialect)(film).kind).toBe('not-taken');
    const seeing = createCarrier({ dialect: 'gemini', inputs: ['text', 'image'] });
    expect(seeing(film).kind).toBe('not-taken');
    const [gemini, bedrock] = [carrierOf('gemini'), carrierOf('bedrock')];
    expect(gemini({ ...film, bytes: 13_500_000 }).kind).toBe('taken');
    expect(gemini(film)).toEqual({ kind: 'too-large', limit: '13.5 MB in a request' });
    expect(bedrock({ ...film, bytes: 18_750_001 })).toEqual({
      kind: 'too-large',
      limit: '18.8 MB',
    });
    expect(bedrock(film).kind).toBe('taken');
    expect(bedrock(film)).toEqual({ kind: 'too-large', limit: '1 in a request' });
    const mkv = { ...film, mimeType: 'video/x-matroska' };
    expect(carrierOf('gemini')(mkv).kind).toBe('not-taken');
    expect(carrierOf('bedrock')(mkv).kind).toBe('taken');
  });

  it('sends nothing that the service refuses for its size, its sides, its number or the sum of all', () => {
    const carry = createCarrier({ dialect: 'anthropic', inputs: all });
    expect(carry({ ...image, bytes: 3_932_160 }).kind).toBe('taken');
    expect(carry({ ...image, bytes: 3_932_161 })).toEqual({ kind: 'too-large', limit: '3.9 MB' });
    expect(carry({ ...image, width: 8001 })).toEqual({
      kind: 'too-large',
      limit: '8000 pixels a side',
    });
    for (let count = 2; count <= 20; count += 1) expect(carry(image).kind).toBe('taken');
    expect(carry(image)).toEqual({ kind: 'too-large', limit: '20 in a request' });
    const full = createCarrier({ dialect: 'gemini', inputs: all });
    expect(full({ ...image, bytes: 13_000_000 }).kind).toBe('taken');
    expect(full({ ...image, bytes: 1_000_000 })).toEqual({
      kind: 'too-large',
      limit: '13.5 MB in a request',
    });
  });

  it('sends no picture that claims more pixels than anybody can hold', () => {
    for (const dialect of ['openai', 'gemini', 'ollama', 'anthropic', 'bedrock']) {
      const carry = createCarrier({ dialect, inputs: all });
      expect(carry({ ...image, width: 2_147_483_647, height: 1 }).kind).toBe('too-large');
      expect(carry({ ...image, width: 0, height: 0 }).kind).toBe('taken');
    }
  });
});
