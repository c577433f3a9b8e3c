import { userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { mostInputTokens } from './input-bound.ts';

const request = (more: Partial<ModelRequest>): ModelRequest => ({
  model: 'm',
  messages: [],
  tools: [],
  ...more,
});
const withPart = (part: object): ModelRequest =>
  request({ messages: [{ role: 'user', parts: [part] } as ModelRequest['messages'][number]] }); // parts as below

describe('mostInputTokens', () => {
  it('counts bytes, of every letter and of all that is sent', () => {
    const plain = mostInputTokens(request({ messages: [userText('a')] }));
    expect(mostInputTokens(request({ messages: [userText('漢')] })) - plain).toBe(2);
    const tools = [{ name: 'look', description: 'x'.repeat(100), parameters: {} }];
    const more = { messages: [userText('a')], system: 'y'.repeat(50), tools };
    expect(mostInputTokens(request(more)) - plain).toBeGreaterThan(200);
  });

  it('gives a small picture the room of a large one', () => {
    const source = { kind: 'base64', data: 'AAAA' };
    const picture = withPart({ type: 'image', mimeType: 'image/png', source });
    expect(mostInputTokens(picture)).toBeGreaterThan(10_000);
  });

  it.each([
    { type: 'image', mimeType: 'image/png', source: { kind: 'url', url: 'https://a.example/b' } },
    { type: 'document', mimeType: 'application/pdf', source: { kind: 'base64', data: 'AAAA' } },
    { type: 'audio', mimeType: 'audio/ogg', source: { kind: 'base64', data: 'AAAA' } },
  ])('knows no bound where bytes do not tell: $type', (part) => {
    expect(mostInputTokens(withPart(part))).toBe(Infinity);
  });
});
