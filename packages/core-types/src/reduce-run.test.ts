import { describe, expect, it } from 'vitest';
import type { ToolResultPart } from './message.ts';
import { answerText, emptyRun, joinSteps, reduceRun } from './reduce-run.ts';
import type { RunEvent } from './run-event.ts';

const said = (blockId: string, text: string): RunEvent[] => [
  { type: 'text.start', blockId },
  { type: 'text.delta', blockId, text },
  { type: 'text.end', blockId },
];
const fold = (events: readonly RunEvent[]) => events.reduce(reduceRun, emptyRun);

describe('reduceRun', () => {
  it('joins the deltas of a block and the texts of the steps', () => {
    const view = fold([
      ...said('1.0', 'Let me '),
      { type: 'text.delta', blockId: '1.0', text: 'look.' },
      ...said('2.0', 'Found it.'),
    ]);

    expect(answerText(view)).toBe('Let me look.\n\nFound it.');
  });

  it('drops every block of a step that begins anew, and no other', () => {
    const view = fold([
      ...said('1.0', 'kept'),
      ...said('2.0', 'gone'),
      ...said('2.1', 'gone too'),
      { type: 'text.reset', blockId: '2.0', step: 2, attempt: 2 },
      ...said('2.0', 'again'),
    ]);

    expect(view.blocks.map(({ text }) => text)).toEqual(['kept', 'again']);
  });

  it('keeps a call once, with its input, from the call to its result', () => {
    const call = { step: 1, index: 0, callId: 'c1', name: 'add' };
    const result: ToolResultPart = {
      type: 'tool-result',
      callId: 'c1',
      name: 'add',
      ok: true,
      content: [{ type: 'text', text: '3' }],
    };
    const view = fold([
      { type: 'tool.call', ...call, input: { a: 1, b: 2 } },
      { type: 'tool.result', ...call, state: 'done', result },
    ]);

    expect(view.calls).toEqual([
      { callId: 'c1', name: 'add', input: { a: 1, b: 2 }, state: 'done', output: '3' },
    ]);
  });

  it('adds up what the steps used, and tells how the run ended', () => {
    const usage = { inputTokens: 2, outputTokens: 3 };
    const step = (number: number): RunEvent => ({
      type: 'step.end',
      step: number,
      finish: 'stop',
      usage,
      model: 'm',
      message: { role: 'assistant', parts: [] },
    });
    const outcome = { status: 'completed', finish: 'stop' } as const;
    const view = fold([step(1), step(2), { type: 'run.end', outcome }]);

    expect(view.usage).toMatchObject({ inputTokens: 4, outputTokens: 6 });
    expect(view.outcome).toEqual(outcome);
    // A sum that is told holds more than what was heard: the run was taken over.
    const sum = { inputTokens: 10, outputTokens: 9 };
    expect(fold([step(2), { type: 'usage.update', usage: sum }]).usage).toEqual(sum);
  });
});

it('leaves steps that said nothing out of the answer', () => {
  expect(joinSteps(['one', ' \n', 'two'])).toBe('one\n\ntwo');
});
