import type {
  AssistantMessage,
  Message,
  RunOutcome,
  ToolMessage,
  ToolResultPart,
  UserMessage,
  UserPart,
} from '@cuttle/core-types';
import type { HistoryEntry } from '@cuttle/core-types/protocol';
import type { CallPart, Part, StoredMedia, Turn } from './turns.ts';

/** The stored entries of a session, oldest first → turns. The steps of a run are one answer, unless a message was taken up between them. */
export function toStoredTurns(
  entries: readonly HistoryEntry[],
  keyOf: (inboundId: string) => string,
): readonly Turn[] {
  const turns: Turn[] = [];
  for (const entry of entries)
    for (const [index, message] of entry.messages.entries())
      append(turns, { entry, index, message, keyOf });
  return turns;
}

interface Said {
  readonly entry: HistoryEntry;
  readonly index: number;
  readonly message: Message;
  readonly keyOf: (inboundId: string) => string;
}

function append(turns: Turn[], said: Said): void {
  const { message } = said;
  switch (message.role) {
    case 'user':
      turns.push(toUserTurn(said, message));
      return;
    case 'assistant':
      appendAnswer(turns, said, message);
      return;
    case 'tool':
      fillResults(turns, message);
      return;
    case 'system':
      return;
  }
}

function toUserTurn({ entry, index, keyOf }: Said, message: UserMessage): Turn {
  const { inboundId, runId, seq, at } = entry;
  return {
    kind: 'user',
    key: inboundId === undefined ? `seq:${seq}.${index}` : `in:${keyOf(inboundId)}`,
    text: message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'),
    attachments: message.parts.flatMap((part) => (part.type === 'text' ? [] : [nameOf(part)])),
    media: message.parts.flatMap((part) => (part.type === 'text' ? [] : [toStoredMedia(part)])),
    at,
    state: 'taken',
    reason: undefined,
    inboundId,
    runId,
    seq,
    past: entry.past === true,
  };
}

type MediaPart = Exclude<UserPart, { type: 'text' }>;

function nameOf({ type, name }: MediaPart): string {
  return name ?? type;
}

/** Where the gateway has it; undefined while a messenger still holds it, or has it no more. */
function toStoredMedia(part: MediaPart): StoredMedia | undefined {
  const { source, mimeType, name } = part;
  if (source.kind !== 'blob' || !/^[0-9a-f]{64}$/.test(source.sha256)) return undefined;
  const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`;
  return { kind: kindOf(mimeType), url: `/media/${source.sha256}${query}` };
}

/** Pictures that every browser shows; others are files. */
const shownImages: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
]);

function kindOf(mimeType: string): StoredMedia['kind'] {
  if (shownImages.has(mimeType)) return 'image';
  if (mimeType.startsWith('audio/')) return 'audio';
  return mimeType.startsWith('video/') ? 'video' : 'file';
}

function appendAnswer(turns: Turn[], { entry, index }: Said, message: AssistantMessage): void {
  const { seq, at } = entry;
  const runId = entry.runId ?? `seq:${seq}`;
  const step = entry.step ?? index;
  const last = turns.at(-1);
  const parts = toParts(message, { runId, step });
  if (last?.kind === 'answer' && last.runId === runId) {
    const outcome = outcomeOf(message) ?? last.outcome;
    turns[turns.length - 1] = { ...last, parts: [...last.parts, ...parts], outcome, seq, at };
    return;
  }
  const isFirst = !turns.some((turn) => turn.kind === 'answer' && turn.runId === runId);
  turns.push({
    kind: 'answer',
    key: answerKey(runId, isFirst ? undefined : step),
    runId,
    parts,
    at,
    state: 'ended',
    outcome: outcomeOf(message),
    model: message.origin?.model,
    seq,
    past: entry.past === true,
  });
}

function outcomeOf({ partial }: AssistantMessage): RunOutcome | undefined {
  return partial === true ? { status: 'aborted', by: 'user' } : undefined;
}

/** The answer of a run; the part of it that goes on after a message was taken up at `step` has a key of its own. */
export function answerKey(runId: string, step: number | undefined): string {
  return step === undefined ? `run:${runId}` : `run:${runId}:${step}`;
}

/** Keys match those of the live blocks, which are numbered within their step in the order they begin. */
function toParts(
  message: AssistantMessage,
  { runId, step }: { runId: string; step: number },
): readonly Part[] {
  const parts: Part[] = [];
  let block = 0;
  let index = 0;
  for (const part of message.parts) {
    if (part.type === 'text' || part.type === 'thinking') {
      parts.push({ kind: part.type, key: `${runId}/${step}.${block}`, step, text: part.text });
      block += 1;
    } else if (part.type === 'tool-call') {
      const { callId, name, input } = part;
      parts.push({ ...plannedCall, key: `call:${callId}`, step, index, callId, name, input });
      index += 1;
    }
  }
  return parts;
}

export const plannedCall = {
  kind: 'call',
  state: 'planned',
  output: undefined,
  progress: undefined,
  approvalId: undefined,
} as const satisfies Partial<CallPart>;

/** The results of one step belong to one answer, which is among the last turns. */
function fillResults(turns: Turn[], message: ToolMessage): void {
  const results = new Map(message.parts.map((part) => [part.callId, part]));
  for (let at = turns.length - 1; at >= 0; at -= 1) {
    const turn = turns[at];
    if (turn?.kind !== 'answer' || !turn.parts.some((part) => isIn(results, part))) continue;
    turns[at] = { ...turn, parts: turn.parts.map((part) => withResult(part, results)) };
    return;
  }
}

function withResult(part: Part, results: ReadonlyMap<string, ToolResultPart>): Part {
  const result = part.kind === 'call' ? results.get(part.callId) : undefined;
  if (part.kind !== 'call' || !result) return part;
  const output = result.content
    .map((piece) => (piece.type === 'text' ? piece.text : `[${piece.mimeType}]`))
    .join('');
  return { ...part, state: result.ok ? 'done' : 'failed', output };
}

function isIn(results: ReadonlyMap<string, unknown>, part: Part): boolean {
  return part.kind === 'call' && results.has(part.callId);
}
