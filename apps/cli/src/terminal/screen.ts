import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { CliContext } from '../context.ts';
import type { Page } from './printer.ts';

/** Lines of a person or of a pipe, and what is written in between. */
export interface Screen extends Page, AsyncDisposable {
  readonly lines: AsyncIterable<string>;
  /** Whether a person types here. */
  readonly isTerminal: boolean;
  /** Shows the prompt again, where there is a person. */
  prompt(): void;
  onInterrupt(listener: () => void): void;
}

/** On a terminal what is written goes above the line that is being typed; in a pipe the answers alone go to stdout. */
export function openScreen({ stdin, stdout, stderr }: CliContext, promptText: string): Screen {
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const reader = createInterface({
    input: stdin,
    output: isTerminal ? stdout : undefined,
    terminal: isTerminal,
  });
  reader.setPrompt(promptText);
  let isPrompting = false;
  let isClosed = false;
  reader.on('close', () => {
    isClosed = true;
  });
  const makeRoom = (): void => {
    if (!isPrompting) return;
    isPrompting = false;
    cursorTo(stdout, 0);
    clearLine(stdout, 0);
  };
  return {
    isTerminal,
    lines: collectLines(reader, () => {
      isPrompting = false;
    }),
    write(text) {
      makeRoom();
      stdout.write(text);
    },
    aside(text) {
      makeRoom();
      (isTerminal ? stdout : stderr).write(`${text}\n`);
    },
    prompt() {
      if (!isTerminal || isPrompting || isClosed) return;
      isPrompting = true;
      reader.prompt(true);
    },
    onInterrupt(listener) {
      if (isTerminal) reader.on('SIGINT', listener);
    },
    async [Symbol.asyncDispose]() {
      makeRoom();
      reader.close();
    },
  };
}

/** Every line from now on, none lost before or while somebody iterates. */
function collectLines(reader: Interface, taken: () => void): AsyncIterable<string> {
  const waiting: string[] = [];
  const state = { isOpen: true };
  let wake = Promise.withResolvers<void>();
  reader.on('line', (line) => {
    taken();
    waiting.push(line);
    wake.resolve();
  });
  reader.on('close', () => {
    state.isOpen = false;
    wake.resolve();
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const line = waiting.shift();
        if (line !== undefined) yield line;
        else if (!state.isOpen) return;
        else {
          await wake.promise;
          wake = Promise.withResolvers<void>();
        }
      }
    },
  };
}
