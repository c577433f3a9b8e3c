import type { Json } from '@cuttle/core-types';
import { durationShape, toSeconds } from './durations.ts';
import { findExpression } from './math-words.ts';
import { findTimeZone } from './time-zones.ts';

/** What a person may want, and the tool that does it. */
export interface Intent {
  readonly tool: string;
  /** What it sounds like; also shown as help. */
  readonly example: string;
  /** The tool's arguments, if the text asks for this. */
  read(text: string): Readonly<Record<string, Json>> | undefined;
}

/** The first that reads a text counts, so the narrow ones come first. */
export const intents: readonly Intent[] = [
  {
    tool: 'reminder_set',
    example: 'remind me in 10 minutes to drink some water',
    read: readReminder,
  },
  {
    tool: 'reminder_cancel',
    example: 'cancel reminder 1',
    read: pattern(/^(?:cancel|delete|remove|stop) (?:the |my )?reminder #?(?<id>\S+)$/i),
  },
  {
    tool: 'reminder_list',
    example: 'list my reminders',
    read: pattern(
      /^(?:(?:list|show)(?: me)?(?: all)?|what are) ?(?:my |the )?reminders$|^(?:my )?reminders$|^(?:what|which) reminders\b.*$/i,
    ),
  },
  {
    tool: 'note_list',
    example: 'show my notes',
    read: pattern(
      /^(?:(?:list|show|read)(?: me)?(?: all)?|what are|what is in) ?(?:my |the )?notes$|^(?:my )?notes$/i,
    ),
  },
  {
    tool: 'note_add',
    example: 'note: the wifi password is on the fridge',
    read: readNote,
  },
  {
    tool: 'memory_list',
    example: 'what do you remember?',
    read: pattern(
      /^what do you (?:remember|know)(?: about me)?$|^(?:list|show)(?: me)? (?:your|my|the) memor(?:y|ies)$/i,
    ),
  },
  {
    tool: 'memory_search',
    example: 'what do you remember about coffee?',
    read: pattern(
      /^(?:what do you (?:remember|know) (?:about|of)|search (?:your |my )?memory for|do you (?:remember|know)(?: anything)? about) (?:my |the )?(?<query>.+)$/i,
    ),
  },
  {
    tool: 'memory_set',
    example: 'remember that my cat is called Luna',
    read: readFact,
  },
  {
    tool: 'memory_get',
    example: 'what is my cat called?',
    read: readQuestion,
  },
  {
    tool: 'current_time',
    example: 'what time is it in Tokyo?',
    read: readTimeQuestion,
  },
  {
    tool: 'math_eval',
    example: 'what is 17 * 23?',
    read: readMath,
  },
];

/** Reads by a pattern; its named groups are the arguments. */
function pattern(shape: RegExp): Intent['read'] {
  return (text) => {
    const found = shape.exec(text);
    if (!found) return undefined;
    const entries = Object.entries(found.groups ?? {}).map(([name, value]) => [name, value.trim()]);
    return Object.fromEntries(entries);
  };
}

const noteFirst =
  /^(?:(?:take|make|add|write)(?: down)? a note|note|write down)(?: that| to self| of)?:? (?<text>.+)$/is;
const noteLast = /^(?:add|put|write) (?<text>.+) (?:to|in|into) my notes$/is;

function readNote(text: string): Readonly<Record<string, Json>> | undefined {
  const found = (noteFirst.exec(text) ?? noteLast.exec(text))?.groups?.['text'];
  return found === undefined ? undefined : { text: found.trim() };
}

const when = String.raw`(?:in (?<delay>${durationShape})|at (?<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)))`;
const task = String.raw`(?:(?:to|that|about|of) )?(?<text>.+?)`;
const reminderFirst = new RegExp(`^(?:please )?remind me ${when},? ${task}$`, 'is');
const reminderLast = new RegExp(`^(?:please )?remind me ${task},? ${when}$`, 'is');

function readReminder(text: string): Readonly<Record<string, Json>> | undefined {
  const groups = (reminderFirst.exec(text) ?? reminderLast.exec(text))?.groups;
  if (!groups?.['text']) return undefined;
  const { text: what, delay, at } = groups;
  if (at !== undefined) return { text: what, at };
  const inSeconds = toSeconds(delay ?? '');
  return inSeconds === undefined ? undefined : { text: what, inSeconds };
}

/** "remember that my cat is called Luna" → cat = Luna; without a verb, the words are key and value alike. */
function readFact(text: string): Readonly<Record<string, Json>> | undefined {
  const fact = /^(?:please )?remember(?: that|:)? (?<fact>.+)$/is.exec(text)?.groups?.['fact'];
  if (fact === undefined) return undefined;
  const parts = /^(?<key>.{1,60}?) (?:is called|is named|is|are|=|lives?) (?<value>.+)$/is.exec(
    fact,
  )?.groups;
  if (parts?.['key'] && parts['value'])
    return { key: toKey(parts['key']), value: parts['value'].trim() };
  return { key: toKey(fact.split(/\s+/).slice(0, 4).join(' ')), value: fact };
}

function readQuestion(text: string): Readonly<Record<string, Json>> | undefined {
  const found =
    /^(?:what|who|where|when) ?(?:is|are|'s|was) my (?<key>.{1,60}?)(?: called| named)?$/i.exec(
      text,
    ) ??
    /^(?:do you remember|recall) (?:what |who )?(?:is )?(?:my |the )?(?<key>.{1,60}?)(?: is)?$/i.exec(
      text,
    );
  const key = found?.groups?.['key'];
  return key === undefined ? undefined : { key: toKey(key) };
}

/** One spelling for what is remembered and what is asked for. */
function toKey(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^(?:my|the|our|i|me)\s+/, '')
    .replaceAll(/\s+/g, ' ');
}

const timeQuestion =
  /^(?:please )?(?:tell me |do you know )?(?:what(?:'s| is)?|which)?(?: the| it)?(?: current| local)? ?(?:time|date|day)(?: is it| of (?:the )?day| today| now| and date)*(?: (?:in|at|for) (?<place>[\w/ +-]+?))?(?: now| right now)?$|^what day is (?:it )?today$|^today'?s date$/i;

function readTimeQuestion(text: string): Readonly<Record<string, Json>> | undefined {
  const found = timeQuestion.exec(text);
  if (!found) return undefined;
  const place = found.groups?.['place'];
  if (place === undefined) return {};
  const timeZone = findTimeZone(place);
  return timeZone === undefined ? undefined : { timeZone };
}

function readMath(text: string): Readonly<Record<string, Json>> | undefined {
  const asked = text.replace(
    /^(?:please )?(?:(?:what|how much)(?:'s| is| are)|calculate|compute|evaluate|work out|solve)\s+/i,
    '',
  );
  const found = findExpression(asked.replace(/\s*=\s*$/, ''));
  return found === undefined ? undefined : { expression: found };
}
