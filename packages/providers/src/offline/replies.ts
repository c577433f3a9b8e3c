import type { Json, ToolCallPart, ToolResultPart } from '@cuttle/core-types';

/** What a tool was asked and what came of it → a sentence. */
export function toSentence(call: ToolCallPart, result: ToolResultPart): string {
  const output = result.content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
    .trim();
  if (!result.ok) return `That did not work: ${output || 'the tool gave no reason'}`;
  const words = sentences[call.name];
  return words ? words(call.input, output) : output || 'Done.';
}

type Sentence = (input: Json, output: string) => string;

const sentences: Readonly<Record<string, Sentence>> = {
  current_time: (input, output) => `It is ${output}${field(input, 'timeZone', ' in ')}.`,
  math_eval: (input, output) => `${field(input, 'expression')} = ${output}`,
  memory_set: (input) => `I will remember that: ${field(input, 'key')} = ${field(input, 'value')}.`,
  memory_get: (input, output) =>
    output === '' ? `I know nothing about ${field(input, 'key')}.` : output,
  memory_list: (_input, output) =>
    output === '' ? 'I remember nothing yet.' : `This is what I remember:\n${output}`,
  memory_search: (input, output) =>
    output === ''
      ? `I found nothing about ${field(input, 'query')}.`
      : `This is what I remember:\n${output}`,
  note_add: (input) => `Noted: ${field(input, 'text')}`,
  note_list: (_input, output) =>
    output === '' ? 'There are no notes yet.' : `Your notes:\n${output}`,
  reminder_set: (input) => `I will remind you ${moment(input)}: ${field(input, 'text')}`,
  reminder_list: (_input, output) =>
    output === '' ? 'There are no reminders.' : `Your reminders:\n${output}`,
  reminder_cancel: (input) => `Cancelled: reminder ${field(input, 'id')}.`,
};

function field(input: Json, name: string, before = ''): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return '';
  const value = input[name];
  return typeof value === 'string' || typeof value === 'number' ? `${before}${value}` : '';
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

function moment(input: Json): string {
  const at = field(input, 'at');
  if (at !== '') return `at ${at}`;
  const seconds = Number(field(input, 'inSeconds'));
  const [name, size] = units.find(([, length]) => seconds % length === 0) ?? units[3];
  const count = seconds / size;
  return `in ${count} ${name}${count === 1 ? '' : 's'}`;
}
