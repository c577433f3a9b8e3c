import { joinSteps } from '@cuttle/core-types';
import { type Paint, plain } from '../paint.ts';
import type { Item } from './items.ts';

/** Where a printer writes: the answer, and words about it. On a terminal both are the screen. */
export interface Page {
  write(text: string): void;
  aside(text: string): void;
}

/** Shows a session as it grows, each thing once, by appending only: a terminal takes nothing back. */
export interface Printer {
  /** What is there already is not shown. */
  skip(items: readonly Item[]): void;
  show(items: readonly Item[]): void;
  /** A message that is not shown when it comes back from the session. */
  expect(text: string): void;
  /** The answer so far, as every door shows it. */
  answer(): string;
  /** Begins a new line where something stands on this one. */
  endLine(): void;
}

/** How the approval of this id is decided where the printer writes. */
export type DecideHint = (approvalId: string) => string;

const decideInChat: DecideHint = (id) => `/approve ${id}, or with "deny" behind it`;

export function createPrinter(
  page: Page,
  paint: Paint,
  decideHint: DecideHint = decideInChat,
): Printer {
  const shown = new Map<string, string>();
  const answers = new Map<string, string>();
  const expected: string[] = [];
  let lastKey = '';
  let column: 'start' | 'inside' = 'start';

  const endLine = (): void => {
    if (column === 'inside') page.write('\n');
    column = 'start';
  };
  const aside = (text: string): void => {
    endLine();
    page.aside(text);
  };
  const showText = ({ key, text }: { key: string; text: string }): void => {
    const before = shown.get(key) ?? '';
    if (text === before && !answers.has(key)) return;
    answers.set(key, text);
    // An answer that was cut off grows again from its beginning: until it says something else, it stands there already.
    if (before.startsWith(text)) return;
    const goesOn = text.startsWith(before);
    if (lastKey !== key || !goesOn) endLine();
    if (!goesOn) page.aside(paint('dim', '(again)'));
    shown.set(key, text);
    lastKey = key;
    const added = plain(goesOn ? text.slice(before.length) : text);
    if (added === '') return;
    page.write(added);
    column = added.endsWith('\n') ? 'start' : 'inside';
  };
  const showOnce = (item: Exclude<Item, { kind: 'text' }>): void => {
    if (shown.has(item.key)) return;
    shown.set(item.key, '');
    const at = item.kind === 'said' ? expected.indexOf(item.text) : -1;
    if (at >= 0) expected.splice(at, 1);
    else for (const line of describe(item, paint, decideHint)) aside(line);
  };
  return {
    skip(items) {
      for (const item of items) shown.set(item.key, item.kind === 'text' ? item.text : '');
    },
    show(items) {
      for (const item of items)
        if (item.kind === 'text') showText(item);
        else showOnce(item);
    },
    expect: (text) => void expected.push(text),
    answer: () => joinSteps([...answers.values()]),
    endLine,
  };
}

function describe(
  item: Exclude<Item, { kind: 'text' }>,
  paint: Paint,
  decideHint: DecideHint,
): readonly string[] {
  switch (item.kind) {
    case 'said':
      return [paint('cyan', `‹ ${plain(item.text)}`)];
    case 'call':
      return [paint('dim', `→ ${item.name} ${toShort(item.input)}`)];
    case 'result':
      return item.state === 'done' ? [] : [paint('dim', `← ${item.name}: ${item.state}`)];
    case 'ask':
      return [
        paint('yellow', `? ${askerOf(item)}${toShort(item.input)} waits for your approval`),
        paint('dim', `  ${decideHint(item.key.slice('ask '.length))}`),
      ];
    case 'end':
      if (item.outcome.status === 'failed') {
        const { code, message, hint } = item.outcome.error;
        return [
          paint('red', `${code}: ${plain(message)}`),
          ...(hint === undefined ? [] : [paint('dim', hint)]),
        ];
      }
      return item.outcome.status === 'aborted' ? [paint('dim', '(stopped)')] : [];
  }
}

function askerOf({ name, label }: Extract<Item, { kind: 'ask' }>): string {
  return label === undefined ? `${name} ` : `${name} of sub-agent "${plain(label)}" `;
}

function toShort(input: unknown): string {
  const text = plain(JSON.stringify(input ?? null));
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
