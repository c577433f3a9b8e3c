import type { Message, SummaryFacts } from '@cuttle/core-types';

/** Newest entries of each list that are kept. */
const most = { failures: 12, tasks: 20, paths: 40, identifiers: 40 } as const;
const readChars = 20_000;

/** What must outlive a summary, found without a model. */
export function collectFacts(messages: readonly Message[]): SummaryFacts {
  const facts: SummaryFacts = { failures: [], tasks: [], paths: [], identifiers: [] };
  for (const message of messages) addFacts(facts, message);
  return mergeFacts(undefined, facts);
}

function addFacts(facts: SummaryFacts, message: Message): void {
  const text = wordsOf(message);
  facts.paths.push(...findAll(text, pathPattern), ...findAll(text, addressPattern));
  facts.identifiers.push(...findAll(text, identifierPattern));
  if (message.role === 'tool') {
    for (const { ok, name, content } of message.parts) {
      const said = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ');
      if (!ok) facts.failures.push(`${name}: ${said.trim().replaceAll(/\s+/g, ' ').slice(0, 200)}`);
    }
    return;
  }
  for (const [, task = ''] of text.matchAll(taskPattern))
    facts.tasks.push(task.trim().slice(0, 200));
}

/** Every pattern is linear: what it reads is whatever anybody sent. */
const pathPattern =
  /(?<![\w/:.-])(?:~|\.{1,2}|[A-Za-z]:)?[\\/][\w.@+-]{1,80}(?:[\\/][\w.@+-]{1,80}){1,12}/g;
const addressPattern = /https?:\/\/[\w.-]{1,120}(?::\d{1,5})?(?:\/[\w./%-]{0,120})?/g;
const identifierPattern =
  /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{2,10}-\d{1,7}|(?=[a-f]{0,39}\d)[0-9a-f]{7,40})\b/g;
const taskPattern = /^\s{0,8}(?:[-*] \[ \] |TODO:? |(?:Still )?to do: )(.{1,300})$/gim;

function findAll(text: string, pattern: RegExp): readonly string[] {
  return text.match(pattern) ?? [];
}

function wordsOf(message: Message): string {
  const pieces = message.parts.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    if (part.type === 'tool-call') return [JSON.stringify(part.input)];
    if (part.type !== 'tool-result') return [];
    return part.content.flatMap((piece) => (piece.type === 'text' ? [piece.text] : []));
  });
  return pieces.map((piece) => bothEnds(piece)).join('\n');
}

/** A path in the middle of a long log is one of many. */
function bothEnds(text: string): string {
  if (text.length <= readChars) return text;
  return `${text.slice(0, readChars / 2)}\n${text.slice(-readChars / 2)}`;
}

/** Both lists, each fact once at its newest place, as many as are kept. */
export function mergeFacts(before: SummaryFacts | undefined, now: SummaryFacts): SummaryFacts {
  const merge = (key: keyof SummaryFacts): string[] => {
    const all = [...(before?.[key] ?? []), ...now[key]].toReversed();
    return [...new Set(all)].slice(0, most[key]).toReversed();
  };
  return {
    failures: merge('failures'),
    tasks: merge('tasks'),
    paths: merge('paths'),
    identifiers: merge('identifiers'),
  };
}
