import { type Message, userText } from '@cuttle/core-types';
import { text, toolCall } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { reduceTranscript } from './reduce-transcript.ts';
import { playRun, question } from './testing/play-run.ts';
import { testTool } from './testing/test-tool.ts';

const rolesOf = (messages: readonly Message[]): string[] => messages.map(({ role }) => role);

describe('reduceTranscript', () => {
  it('ends as the messages that the next model call would see', async () => {
    const release = Promise.withResolvers<void>();
    const slow = testTool('slow', {
      run: async () => {
        await release.promise;
        return { text: 'slow' };
      },
    });
    const fast = testTool('fast', {
      run: async () => {
        release.resolve();
        return { text: 'fast' };
      },
    });
    const { events, model } = await playRun(
      [
        [text('One moment.'), toolCall('slow'), toolCall('fast')],
        [toolCall('fast', {}, { callId: 'again' })],
        [text('Done.')],
      ],
      { input: { tools: [slow.tool, fast.tool] } },
    );
    const messages = events.reduce(reduceTranscript, question.messages);
    expect(rolesOf(messages)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
    ]);
    expect(messages.slice(0, -1)).toEqual(model.requests.at(-1)?.messages);
    expect(messages[2]).toMatchObject({ parts: [{ name: 'slow' }, { name: 'fast' }] });
  });

  it('changes nothing by a result without an answer', () => {
    const messages = [userText('hi')];
    const result = { type: 'tool-result' as const, callId: 'c', name: 'x', ok: true, content: [] };
    expect(
      reduceTranscript(messages, {
        type: 'tool.result',
        step: 1,
        index: 0,
        callId: 'c',
        name: 'x',
        state: 'done',
        result,
      }),
    ).toBe(messages);
  });
});
