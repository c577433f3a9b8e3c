import type { ModelEvent } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { createWireNames, commonNameRule } from '../transcript/wire-names.ts';
import { createGeminiState, decodeGemini, endGemini } from './decode.ts';

const origin = { dialect: 'gemini', provider: 'google', model: 'm' };

function decode(...chunks: readonly object[]): readonly ModelEvent[] {
  const state = createGeminiState({
    service: 'google',
    origin,
    names: createWireNames(['web search'], commonNameRule),
    knownCallIds: new Set(['call_0']),
  });
  const events = chunks.flatMap((chunk) => [
    ...decodeGemini({ text: JSON.stringify(chunk), whole: false }, state),
  ]);
  return [...events, ...endGemini(state)];
}

const chunk = (parts: readonly object[], finishReason?: string, rest: object = {}): object => ({
  candidates: [{ content: { parts }, ...(finishReason && { finishReason }), ...rest }],
});
const opaque = (value: object): object => ({
  type: 'opaque',
  part: { type: 'opaque', origin, value },
});
const noUsage = { inputTokens: 0, outputTokens: 0 };

describe('an answer of Gemini', () => {
  it('keeps each signature behind the text that it came with', () => {
    expect(
      decode(
        chunk([{ text: 'Hm.', thought: true }]),
        chunk([{ text: 'a' }]),
        chunk([{ text: 'b', thoughtSignature: 'Yg==' }]),
        chunk([{ text: 'c' }]),
        chunk([{ text: '', thoughtSignature: 'ZQ==' }], 'STOP'),
      ),
    ).toEqual([
      { type: 'thinking.delta', blockId: '0', text: 'Hm.' },
      { type: 'thinking.end', blockId: '0' },
      { type: 'text.delta', blockId: '1', text: 'a' },
      { type: 'text.delta', blockId: '2', text: 'b' },
      opaque({ kind: 'signed-text', text: 'b', thoughtSignature: 'Yg==' }),
      { type: 'text.delta', blockId: '3', text: 'c' },
      opaque({ kind: 'signed-text', text: '', thoughtSignature: 'ZQ==' }),
      { type: 'finish', reason: 'stop', usage: noUsage },
    ]);
  });

  it('keeps the signature of a thought, and of a part that nobody knows', () => {
    const part = { toolCall: { id: 'x' }, thoughtSignature: 'Yg==', thought: true };
    expect(
      decode(chunk([{ text: 'Hm.', thought: true, thoughtSignature: 'YQ==' }, part], 'STOP')),
    ).toMatchObject([
      { type: 'thinking.delta', text: 'Hm.' },
      { type: 'thinking.end', signature: 'YQ==' },
      opaque({ kind: 'part', part }),
      { type: 'finish' },
    ]);
  });

  it('takes calls with ids and without, under our names, with what belongs to them', () => {
    const wire = createWireNames(['web search'], commonNameRule).toWire('web search');
    expect(
      decode(
        chunk([
          { functionCall: { name: wire, args: { a: 1 } }, thoughtSignature: 'YQ==' },
          { functionCall: { name: 'b', id: 'x' } },
          { functionCall: { name: 'c', id: 'x' } },
        ]),
        chunk([{ text: '' }], 'STOP'),
      ),
    ).toEqual([
      {
        type: 'tool.call',
        callId: 'call_1',
        name: 'web search',
        input: { a: 1 },
        opaque: { thoughtSignature: 'YQ==' },
      },
      { type: 'tool.call', callId: 'x', name: 'b', input: {}, opaque: { id: 'x' } },
      { type: 'tool.call', callId: 'x-2', name: 'c', input: {}, opaque: { id: 'x' } },
      { type: 'finish', reason: 'tool-calls', usage: noUsage },
    ]);
  });

  it('reads the first candidate alone, and reasons to finish in every chunk', () => {
    const events = decode(
      chunk([{ text: 'a' }], 'STOP'),
      { candidates: [{ index: 1, content: { parts: [{ text: 'other' }] } }] },
      chunk([{ text: 'b' }], 'MAX_TOKENS'),
    );
    expect(events).toMatchObject([{ text: 'a' }, { text: 'b' }, { reason: 'length' }]);
  });

  it('counts thoughts to the output, and what was cached in the prompt', () => {
    const usage = (usageMetadata: object): object => ({ usageMetadata });
    expect(
      decode(
        usage({ promptTokenCount: 200, thoughtsTokenCount: 3 }),
        chunk([{ text: 'a' }], 'STOP'),
        usage({ promptTokenCount: 100, cachedContentTokenCount: 60, candidatesTokenCount: 20 }),
      ).at(-1),
    ).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { inputTokens: 100, outputTokens: 23, cacheReadTokens: 60, reasoningTokens: 3 },
    });
  });

  it.each(['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'MODEL_ARMOR'])(
    'that was blocked for %s is filtered, and keeps the reason',
    (reason) => {
      expect(decode(chunk([{ text: 'a' }]), chunk([], reason, { finishMessage: 'No.' }))).toEqual([
        { type: 'text.delta', blockId: '0', text: 'a' },
        opaque({ kind: 'blocked', reason, message: 'No.' }),
        { type: 'finish', reason: 'filtered', usage: noUsage },
      ]);
    },
  );

  it.each([
    [{ blockReason: 'PROHIBITED_CONTENT' }, 'google blocked the prompt: PROHIBITED_CONTENT'],
    [
      { blockReason: 'SAFETY', blockReasonMessage: 'Not this.' },
      'google blocked the prompt: SAFETY, Not this.',
    ],
  ])('to a prompt that was blocked is a failure with the reason: %j', (promptFeedback, message) => {
    expect(() => decode({ promptFeedback, usageMetadata: { promptTokenCount: 5 } })).toThrow(
      expect.objectContaining({ code: 'provider.filtered', message }),
    );
  });

  it.each([
    ['MALFORMED_FUNCTION_CALL', 'provider.malformed'],
    ['UNEXPECTED_TOOL_CALL', 'provider.malformed'],
    ['MALFORMED_RESPONSE', 'provider.malformed'],
    ['MISSING_THOUGHT_SIGNATURE', 'provider.invalid'],
  ])('that ended with %s is %s', (reason, code) => {
    expect(() => decode(chunk([], reason, { finishMessage: 'Bad call: x(' }))).toThrow(
      expect.objectContaining({
        code,
        message: `google failed: The model ended with ${reason}: Bad call: x(`,
      }),
    );
  });

  it('that was broken off for an unknown reason counts as far as it goes', () => {
    expect(decode(chunk([{ text: 'a' }], 'OTHER'))).toMatchObject([
      { text: 'a' },
      { reason: 'stop' },
    ]);
    expect(() => decode(chunk([], 'OTHER'))).toThrow(
      expect.objectContaining({
        code: 'provider.malformed',
        message: 'google broke its answer off.',
      }),
    );
  });

  it.each([
    ['without a reason to finish', [chunk([{ text: 'a' }])], 'provider.network'],
    ['without anything', [], 'provider.network'],
    [
      'that is an error in the middle',
      [chunk([{ text: 'a' }]), { error: { code: 503, message: 'Busy', status: 'UNAVAILABLE' } }],
      'provider.overloaded',
    ],
  ])('%s is a failure', (_what, chunks, code) => {
    expect(() => decode(...chunks)).toThrow(expect.objectContaining({ code }));
  });
});
