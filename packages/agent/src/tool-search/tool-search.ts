import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { z } from 'zod';

export const toolSearchName = 'tool_search';

const mostFound = 8;
const mostChars = 200;

/**
 * Finds tools that a model is not shown yet, among those it may use: what the policy does not offer is not found either. A tool that was
 * found is shown from the next request on.
 */
export function createToolSearch(tools: readonly Tool[]): Tool {
  return defineTool({
    name: toolSearchName,
    description:
      'Finds further tools by what they do or by name. What is found can be called from your next answer on.',
    input: z.strictObject({
      query: z
        .string()
        .min(1)
        .max(200)
        .describe('Words for what the tool should do, or its name, such as "list reminders".'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 5000,
    async run({ query }, _context, signal) {
      signal.throwIfAborted();
      const found = findTools(tools, query);
      if (found.length === 0)
        return { text: 'No tool fits. Try other words; each is looked for on its own.' };
      return { text: ['These can be called now:', ...found.map(toLine)].join('\n') };
    },
  });
}

/** One line for each tool, its name first: `foundIn` reads it back. */
function toLine({ name, description }: Tool): string {
  return `- ${name}: ${description.replaceAll(/\s+/g, ' ').slice(0, mostChars)}`;
}

/** The names in what a search answered. */
export function foundIn(text: string): readonly string[] {
  return [...text.matchAll(/^- ([\w.-]+): /gm)].map(([, name = '']) => name);
}

/** The best first, of equal ones by name. */
function findTools(tools: readonly Tool[], query: string): readonly Tool[] {
  const all = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  // `a` and `to` are in every description; a sign of another script may be a word.
  const words = all.filter((word) => word.length > 2 || /\P{ASCII}/u.test(word));
  return tools
    .map((tool) => ({ tool, score: scoreOf(tool, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || compare(one.tool.name, other.tool.name))
    .slice(0, mostFound)
    .map(({ tool }) => tool);
}

function scoreOf({ name, description }: Tool, words: readonly string[]): number {
  const own = name.toLowerCase();
  const about = description.toLowerCase();
  const score = (word: string): number => {
    if (own === word) return 10;
    if (own.includes(word)) return 4;
    // `reminders` and `remind` mean `reminder`.
    const stem = word.length > 4 ? word.slice(0, -1) : word;
    return own.includes(stem) ? 3 : about.includes(stem) ? 1 : 0;
  };
  const whole = words.join('_') === own ? 20 : 0;
  return words.reduce((sum, word) => sum + score(word), whole);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}
