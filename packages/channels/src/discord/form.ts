import { cleanText } from '../foreign-text.ts';

/**
 * A button that asks for words: pressed, it opens a form with one field, and what is sent with it is said by whoever sent it. The question is in the button's
 * token, so that a press is understood in any later life of the process.
 * https://discord.com/developers/docs/components/using-modal-components
 */
const prefix = 'ask:';
const field = 'words';
/** Of a title and of a label. */
export const maxQuestion = 45;
const maxWords = 4000;

export function askToken(question: string): string {
  return `${prefix}${question}`;
}

/** What the form of a pressed button asks; undefined for other buttons. */
export function questionOf(customId: string): string | undefined {
  return customId.startsWith(prefix) ? customId.slice(prefix.length) : undefined;
}

/** The form, as the answer to a press. */
export function encodeForm(question: string): object {
  const text = question.slice(0, maxQuestion);
  const input = { type: 4, custom_id: field, style: 2, required: true, max_length: maxWords };
  const labelled = { type: 18, label: text, component: input };
  return { type: 9, data: { custom_id: field, title: text, components: [labelled] } };
}

/** The words of a form that was sent, with its fields in labels or rows. */
export function wordsOfForm(components: unknown, depth = 0): string {
  if (depth > 5) return '';
  if (Array.isArray(components))
    return components
      .map((one: unknown) => wordsOfForm(one, depth + 1))
      .filter((words) => words !== '')
      .join('\n');
  if (typeof components !== 'object' || components === null) return '';
  if ('value' in components && typeof components.value === 'string')
    return cleanText(components.value);
  const inner = 'component' in components ? components.component : undefined;
  const row = 'components' in components ? components.components : undefined;
  return wordsOfForm(inner ?? row, depth + 1);
}
