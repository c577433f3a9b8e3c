import { describe, expect, it } from 'vitest';
import type { Item } from './items.ts';
import { createPrinter, type Printer } from './printer.ts';

function printer(): { printer: Printer; page: () => string } {
  let written = '';
  const made = createPrinter(
    {
      write: (text) => {
        written += text;
      },
      aside: (text) => {
        written += `[${text}]\n`;
      },
    },
    (_style, text) => text,
  );
  return { printer: made, page: () => written };
}
const text = (key: string, words: string): Item => ({ kind: 'text', key, text: words });
const call: Item = { kind: 'call', key: 'call r c', name: 'add', input: { a: 1 } };

describe('the printer', () => {
  it('writes what is new of a text, and nothing twice', () => {
    const { printer: made, page } = printer();
    made.show([text('r 1', 'Hel')]);
    made.show([text('r 1', 'Hello')]);
    made.show([text('r 1', 'Hello'), call]);
    made.show([text('r 1', 'Hello'), call, text('r 2', 'Done.')]);
    // The same, as the history tells it.
    made.show([
      text('r 1', 'Hello'),
      call,
      { kind: 'result', key: 'result r c', name: 'add', state: 'done' },
      text('r 2', 'Done.'),
    ]);
    made.endLine();
    expect(page()).toBe('Hello\n[→ add {"a":1}]\nDone.\n');
    expect(made.answer()).toBe('Hello\n\nDone.');
  });

  it('goes on seamlessly with an answer that was cut off and says the same', () => {
    const { printer: made, page } = printer();
    for (const words of ['One two', '', 'One', 'One two', 'One two three'])
      made.show([text('r 1', words)]);
    expect(page()).toBe('One two three');
    expect(made.answer()).toBe('One two three');
  });

  it('begins an answer again that was cut off and says something else', () => {
    const { printer: made, page } = printer();
    for (const words of ['One two', '', 'On', 'On second', 'On second thought'])
      made.show([text('r 1', words)]);
    expect(page()).toBe('One two\n[(again)]\nOn second thought');
    expect(made.answer()).toBe('On second thought');
  });

  it('leaves standing what was stopped a moment before it was stored', () => {
    const { printer: made, page } = printer();
    for (const words of ['One two', 'One']) made.show([text('r 1', words)]);
    expect([page(), made.answer()]).toEqual(['One two', 'One']);
  });

  it('goes on with a text after a tool, on a line of its own', () => {
    const { printer: made, page } = printer();
    made.show([text('r 1', 'a')]);
    made.show([call]);
    made.show([text('r 1', 'ab')]);
    expect(page()).toBe('a\n[→ add {"a":1}]\nb');
  });

  it('leaves out what was there before and what the person just typed', () => {
    const { printer: made, page } = printer();
    made.skip([text('r 0', 'old'), { kind: 'said', key: 'said 0', text: 'hi' }]);
    made.expect('hi');
    made.show([
      text('r 0', 'old'),
      { kind: 'said', key: 'said 0', text: 'hi' },
      { kind: 'said', key: 'said 1', text: 'hi' },
    ]);
    made.show([{ kind: 'said', key: 'said 2', text: 'from the phone' }]);
    expect(page()).toBe('[‹ from the phone]\n');
    made.show([text('r 0', 'old'), text('r 1', 'new')]);
    expect(made.answer()).toBe('new');
  });

  it('tells how a run ended, and what waits for an approval', () => {
    const { printer: made, page } = printer();
    made.show([
      { kind: 'ask', key: 'ask a1', name: 'exec', input: { command: 'ls' } },
      { kind: 'result', key: 'result r c', name: 'exec', state: 'failed' },
      {
        kind: 'end',
        key: 'end 1',
        outcome: {
          status: 'failed',
          error: { code: 'provider.auth', message: 'No.', hint: 'Check it.' },
        },
      },
      { kind: 'end', key: 'end 2', outcome: { status: 'aborted', by: 'user' } },
      { kind: 'end', key: 'end 3', outcome: { status: 'completed', finish: 'stop' } },
    ]);
    expect(page()).toBe(
      '[? exec {"command":"ls"} waits for your approval]\n[  /approve a1, or with "deny" behind it]\n[← exec: failed]\n[provider.auth: No.]\n[Check it.]\n[(stopped)]\n',
    );
  });

  it('lets no text steer the terminal', () => {
    const { printer: made, page } = printer();
    made.show([text('r 1', 'a\u001B[2Jb\u001B]0;title\u0007c\u0008d\re\tf\n')]);
    expect(page()).toBe('abcde\tf\n');
  });
});
