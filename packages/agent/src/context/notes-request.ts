import { userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { ContextEntry } from './plan-compaction.ts';
import { renderEntries } from './summary-request.ts';
import type { TokenMeter } from './token-meter.ts';

/** Tokens of an answer at most. */
const notesTokens = 1_024;

/** The call that is asked which facts of some entries to remember. The same entries give the same bytes. */
export function buildNotesRequest(
  { model, chunk }: { readonly model: string; readonly chunk: readonly ContextEntry[] },
  room: number,
  meter: TokenMeter,
): ModelRequest {
  const rules = textFor('context.flush');
  const left = Math.max(room - meter.ofText(rules), Math.floor(room / 2));
  return {
    model,
    system: rules,
    messages: [userText(`<entries>\n${renderEntries(chunk, left, meter)}\n</entries>`)],
    tools: [],
    parameters: { maxOutputTokens: notesTokens },
  };
}

const mostNotes = 20;
const mostChars = 500;
const item = /^\s*(?:[-*\u2022\u2013]|\d{1,3}[.)])\s+(?<words>\S.*)$/u;
const nothing = /^\W*(?:none|nothing|n\/a|null)\W*$/iu;

/**
 * The facts of an answer: the items of its lists, however they are marked. An answer without a list says that there is nothing, in whatever
 * words.
 */
export function parseNotes(answer: string): readonly string[] {
  const said = answer.replaceAll(/<think>[\s\S]*?(?:<\/think>|$)/gu, '');
  const notes = said.split(/\r?\n/u).flatMap((line) => {
    const words = item.exec(line)?.groups?.['words']?.trim() ?? '';
    return words === '' || nothing.test(words)
      ? []
      : [Array.from(words).slice(0, mostChars).join('')];
  });
  return [...new Set(notes)].slice(0, mostNotes);
}
