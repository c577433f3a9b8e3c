import { CuttleError } from '@cuttle/core-types/errors';
import type { InboundFate, RunUpdate } from '@cuttle/runtime';
import { describe, expect, it } from 'vitest';
import { createResponseStream } from './response-stream.ts';

const head = { inboundId: 'in1', createdSeconds: 1, request: { model: 'cuttle', input: 'Hi' } };
const update = (text: string): RunUpdate => ({
  sessionId: 's1',
  sessionKey: 'agent:main:s1',
  runId: 'r1',
  seq: 1,
  eventSeq: undefined,
  event: { type: 'text.delta', blockId: 'b1', text },
  text: () => text,
});
const answered = (text: string): InboundFate => ({
  inboundId: 'in1',
  runId: 'r1',
  state: 'answered',
  text,
  clientCalls: [],
  usage: { inputTokens: 1, outputTokens: 1 },
  model: 'm',
});

/** The data of each event. */
function read(stream: string): readonly Record<string, unknown>[] {
  return stream
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [name, data] = event.split('\n');
      const body = JSON.parse(data?.replace(/^data: /, '') ?? '') as Record<string, unknown>; // an event is an object
      expect(name).toBe(`event: ${String(body['type'])}`);
      return body;
    });
}

describe('createResponseStream', () => {
  it('closes the text that went out before it fails', () => {
    const events = createResponseStream(head);
    const error = new CuttleError('provider.rate-limited', 'Too much.');
    const all = read(events.start() + events.onUpdate(update('Half')) + events.fail(error));
    expect(all.map(({ sequence_number }) => sequence_number)).toEqual(all.map((_, at) => at));
    expect(all.map(({ type }) => type).slice(-4)).toEqual([
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.failed',
    ]);
    expect(all.at(-1)).toMatchObject({
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded' },
        output: [{ status: 'incomplete', content: [{ text: 'Half' }] }],
      },
    });
  });

  it('says that it starts over, and ends with all that went out', () => {
    const events = createResponseStream(head);
    const all = read(
      events.start() + events.onUpdate(update('One')) + events.end(answered('Another')),
    );
    const shown = all.map(({ delta }) => (typeof delta === 'string' ? delta : '')).join('');
    expect(shown).toMatch(/^One\n\n.+\n\nAnother$/);
    expect(all.at(-1)).toMatchObject({ response: { output: [{ content: [{ text: shown }] }] } });
  });

  it('has a message also where nothing was said', () => {
    const events = createResponseStream(head);
    const all = read(events.start() + events.end(answered('')));
    expect(all.map(({ type }) => type)).toContain('response.output_item.added');
    expect(all.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ content: [{ text: '' }] }] },
    });
  });
});
