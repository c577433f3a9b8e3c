import { type Message, type SummaryBody, type SummaryFacts, userText } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';

/** What a model is shown of a summary: its words and facts as one message of the user's side, then the requests that are still open. */
export function toSummaryMessages(body: SummaryBody): readonly Message[] {
  const text = [textFor('context.summary', { entries: body.entries }), body.text, factsText(body)]
    .filter((part) => part !== '')
    .join('\n\n');
  return [userText(text), ...body.kept];
}

const titles: Readonly<Record<keyof SummaryFacts, string>> = {
  failures: 'Calls that failed',
  tasks: 'Open tasks',
  paths: 'Files and addresses',
  identifiers: 'Identifiers',
};

/** Facts that the prose does not mention. */
export function factsText({ text, facts }: Pick<SummaryBody, 'text' | 'facts'>): string {
  const lists = [
    ['tasks', facts.tasks],
    ['failures', facts.failures],
    ['paths', facts.paths],
    ['identifiers', facts.identifiers],
  ] as const;
  const sections = lists.flatMap(([key, list]) => {
    const left = list.filter((fact) => !text.includes(fact));
    return left.length === 0
      ? []
      : [`${titles[key]}:\n${left.map((fact) => `- ${fact}`).join('\n')}`];
  });
  return sections.join('\n\n');
}
