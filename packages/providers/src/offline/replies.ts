import type { Json, ToolCallPart, ToolResultPart } from '@cuttle/core-types';

/** What a tool was asked and what came of it → a sentence. */
export function toSentence(call: ToolCallPart, result: ToolResultPart): string {
  const output = result.content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
    .trim();
  if (!result.ok) return `That did not work: ${output || 'the tool gave no reason'}`;
  const words = sentences.get(call.name);
  return (words ? words(call.input, output) : output) || 'Done.';
}

type Sentence = (input: Json, output: string) => string;

const sentences: ReadonlyMap<string, Sentence> = new Map(
  Object.entries({
    // The last line is the local time.
    current_time: (_input, output) => `It is ${output.split('\n').at(-1)}.`,
    math_eval: (input, output) => `${field(input, 'expression')} = ${output}`,
    memory_set: (input) =>
      `I will remember that: ${field(input, 'key')} = ${field(input, 'value')}.`,
    memory_get: (_input, output) => output,
    memory_list: (_input, output) => withHeading('I remember something about:', output),
    memory_search: (_input, output) => withHeading('This is what I remember:', output),
    note_add: (input) => `Noted: ${field(input, 'text')}`,
    note_list: (_input, output) => withHeading('Your notes:', output),
    reminder_set: (input) => `I will remind you ${moment(input)}: ${field(input, 'text')}`,
    reminder_list: (_input, output) => withHeading('Your reminders:', output),
    reminder_cancel: (_input, output) => output,
  }),
);

/** A tool that lists things says in words that there are none. */
function withHeading(heading: string, output: string): string {
  return output.startsWith('- ') ? `${heading}\n${output}` : output;
}

function field(input: Json, name: string): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return '';
  const value = input[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
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
