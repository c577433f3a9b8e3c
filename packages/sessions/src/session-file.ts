import {
  AssistantMessage,
  callsOf,
  type Message,
  textOf,
  ToolMessage,
  UserMessage,
} from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ImportedEntry } from '@cuttle/core-types/ports';
import { z } from 'zod';

/** Entries of one file at most. */
export const mostFileEntries = 20_000;

const At = z.iso.datetime();
const FileEntry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('input'), at: At, message: UserMessage }),
  z.strictObject({ kind: z.literal('answer'), at: At, message: AssistantMessage }),
  z.strictObject({ kind: z.literal('results'), at: At, message: ToolMessage }),
]);
type FileEntry = z.infer<typeof FileEntry>;

/** A conversation outside of its home: what was said, without what only a model's service can read. */
export const SessionFile = z.strictObject({
  kind: z.literal('cuttle.session'),
  v: z.literal(1),
  agentId: z.string().min(1).max(100),
  title: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  createdAt: At,
  entries: z.array(FileEntry).max(mostFileEntries),
});
export type SessionFile = z.infer<typeof SessionFile>;

interface Said {
  readonly at: string;
  readonly message: Message;
}

/** Messages in order, as a file holds them: each call with its result, and no word that would be an instruction of ours. */
export function toFileEntries(said: readonly Said[]): FileEntry[] {
  const plain = said.flatMap(({ at, message }): FileEntry[] => {
    switch (message.role) {
      case 'system':
        return [];
      case 'user':
        return [{ kind: 'input', at, message }];
      case 'assistant':
        return [{ kind: 'answer', at, message: withoutSealed(message) }];
      case 'tool':
        return [{ kind: 'results', at, message }];
    }
  });
  return pairCalls(plain).filter(({ message }) => message.parts.length > 0);
}

/** A service's own proofs and blocks mean nothing elsewhere, and may be forged on the way. */
function withoutSealed({ parts, partial }: AssistantMessage): AssistantMessage {
  const shown = parts.flatMap((part): AssistantMessage['parts'] => {
    if (part.type === 'text') return [part];
    if (part.type !== 'tool-call') return [];
    const { type, callId, name, input } = part;
    return [{ type, callId, name, input }];
  });
  return { role: 'assistant', parts: shown, ...(partial !== undefined && { partial }) };
}

/** Calls without their results, and results without their calls, are left out: no model's service takes them. */
function pairCalls(entries: readonly FileEntry[]): FileEntry[] {
  return entries.flatMap((entry, index): FileEntry[] => {
    if (entry.kind === 'results') return isPair(entries[index - 1], entry) ? [entry] : [];
    if (entry.kind !== 'answer' || callsOf(entry.message).length === 0) return [entry];
    if (isPair(entry, entries[index + 1])) return [entry];
    const parts = entry.message.parts.filter(({ type }) => type !== 'tool-call');
    return [{ ...entry, message: { ...entry.message, parts } }];
  });
}

function isPair(answer: FileEntry | undefined, results: FileEntry | undefined): boolean {
  if (answer?.kind !== 'answer' || results?.kind !== 'results') return false;
  const calls = callsOf(answer.message).map(({ callId, name }) => `${name} ${callId}`);
  const given = results.message.parts.map(({ callId, name }) => `${name} ${callId}`);
  const isOnce = new Set(calls).size === calls.length;
  return isOnce && calls.length > 0 && JSON.stringify(calls) === JSON.stringify(given);
}

/** The same text for the same conversation, whichever home it comes from. */
export function encodeSessionFile(file: SessionFile): string {
  return `${JSON.stringify(SessionFile.parse(file), undefined, 2)}\n`;
}

/** Throws `session.import` with what is wrong and where. */
export function parseSessionFile(text: string): SessionFile {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new CuttleError('session.import', 'This is not valid JSON.', { cause: error });
  }
  const parsed = SessionFile.safeParse(raw);
  if (!parsed.success)
    throw new CuttleError('session.import', z.prettifyError(parsed.error).slice(0, 2000));
  const { entries } = parsed.data;
  const paired = toFileEntries(entries);
  if (JSON.stringify(paired) !== JSON.stringify(entries))
    throw new CuttleError(
      'session.import',
      'An entry is empty, holds what only a model’s service can read, or parts a call from its result.',
    );
  return parsed.data;
}

/** As the store takes them. */
export function toImported(entries: readonly FileEntry[]): ImportedEntry[] {
  return entries.map((entry): ImportedEntry => {
    const at = Date.parse(entry.at);
    switch (entry.kind) {
      case 'input':
        return { kind: 'input', at, messages: [entry.message] };
      case 'answer':
        return { kind: 'answer', at, message: entry.message };
      case 'results':
        return { kind: 'results', at, message: entry.message };
    }
  });
}

/** For people to read. */
export function toMarkdown({ title, entries }: SessionFile): string {
  const blocks = entries.map(({ at, message }) => {
    const time = at.slice(0, 16).replace('T', ' ');
    if (message.role === 'tool')
      return message.parts.map(({ name, ok }) => `> ${name}: ${ok ? 'done' : 'failed'}`).join('\n');
    const who = message.role === 'user' ? (message.name ?? 'You') : 'Assistant';
    const media = message.parts.flatMap((part) =>
      part.type === 'image' ||
      part.type === 'audio' ||
      part.type === 'document' ||
      part.type === 'video'
        ? [`*[${part.type}]*`]
        : [],
    );
    const calls =
      message.role === 'assistant' ? callsOf(message).map(({ name }) => `> uses ${name}`) : [];
    const words = [textOf(message), ...media, ...calls].filter((line) => line !== '');
    return [`## ${who} · ${time} UTC`, ...words].join('\n\n');
  });
  return `${[`# ${title ?? 'Conversation'}`, ...blocks].join('\n\n')}\n`;
}
