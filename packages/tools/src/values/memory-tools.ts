import { defineTool, type Journal, type Reader, type Tool } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { readKept, type TaintOf, taintOfSender, toKept } from './kept-value.ts';
import { spaceOf } from './person-space.ts';

const key = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('A short name such as "birthday" or "project/deadline".');

interface MemoryDeps {
  readonly reader: Pick<Reader, 'findValue' | 'listValues' | 'searchValues'>;
  readonly journal: Pick<Journal, 'putValue'>;
  readonly taintOf?: TaintOf | undefined;
}

/** What an agent remembers of one person, by name. Nothing crosses from one person or agent to another. */
export function createMemoryTools(deps: MemoryDeps): readonly Tool[] {
  return [createSet(deps), createGet(deps), createList(deps), createSearch(deps)];
}

function createSet({ journal, taintOf = taintOfSender }: MemoryDeps): Tool {
  return defineTool({
    name: 'memory_set',
    description: 'Remembers something about this person under a name; what was there is replaced.',
    input: z.strictObject({
      key,
      value: z.string().trim().min(1).max(8000).describe('What to remember.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 10_000,
    async run(input, context, signal) {
      signal.throwIfAborted();
      await journal.putValue({
        namespace: spaceOf('memory', context),
        key: input.key,
        value: toKept(input.value, taintOf(context)),
        once: context.key,
      });
      return { text: `Remembered as "${input.key}".` };
    },
  });
}

function createGet({ reader }: MemoryDeps): Tool {
  return defineTool({
    name: 'memory_get',
    description: 'Reads what is remembered of this person under a name.',
    input: z.strictObject({ key }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 10_000,
    async run(input, context, signal) {
      signal.throwIfAborted();
      const namespace = spaceOf('memory', context);
      const row = await reader.findValue({ namespace, key: input.key });
      const text = row && readKept(row, context);
      return {
        text: text ?? `Nothing is remembered as "${input.key}"; memory_list names what is.`,
      };
    },
  });
}

function createList({ reader }: MemoryDeps): Tool {
  return defineTool({
    name: 'memory_list',
    description: 'Lists the names under which something is remembered of this person.',
    input: z.strictObject({
      after: z.string().max(200).optional().describe('Go on after this name of the page before.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 10_000,
    async run({ after }, context, signal) {
      signal.throwIfAborted();
      const limit = 200;
      const namespace = spaceOf('memory', context);
      const rows = await reader.listValues({ namespace, after, limit });
      // A name is content too: it taints as its value does.
      const names = rows
        .filter((row) => readKept(row, context) !== undefined)
        .map((row) => `- ${row.key}`);
      const last = rows.at(-1);
      if (last && rows.length === limit)
        names.push(`There are more: call again with after "${last.key}".`);
      return { text: names.join('\n') || 'Nothing is remembered yet.' };
    },
  });
}

function createSearch({ reader }: MemoryDeps): Tool {
  return defineTool({
    name: 'memory_search',
    description: 'Searches what is remembered of this person by words.',
    input: z.strictObject({
      query: z.string().trim().min(1).max(400).describe('A few words to look for.'),
      limit: z.int().min(1).max(50).default(10).describe('How many to give, 1 to 50.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 10_000,
    async run({ query, limit }, context, signal) {
      signal.throwIfAborted();
      const namespace = spaceOf('memory', context);
      const rows = await reader.searchValues({ namespace, query, limit });
      const found = rows.flatMap((row) => {
        const text = readKept(row, context);
        return text === undefined ? [] : [`- ${row.key}: ${text}`];
      });
      return { text: found.join('\n') || 'Nothing that is remembered fits.' };
    },
  });
}
