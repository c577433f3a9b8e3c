import { defineTool, type Journal, type Reader, type Tool } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { type TaintOf, taintOfSender, readKept, toKept } from './kept-value.ts';
import { spaceOf } from './person-space.ts';

/** Notes of one person with one agent, added and listed. */
export function createNoteTools({
  reader,
  journal,
  taintOf = taintOfSender,
}: {
  readonly reader: Pick<Reader, 'listValues'>;
  readonly journal: Pick<Journal, 'putValue'>;
  readonly taintOf?: TaintOf | undefined;
}): readonly Tool[] {
  return [
    defineTool({
      name: 'note_add',
      description: 'Keeps a short note for this person, for any later conversation.',
      input: z.strictObject({
        text: z
          .string()
          .trim()
          .min(1)
          .max(4000)
          .describe('What to keep, in one or a few sentences.'),
      }),
      effect: 'keyed',
      risk: 'write',
      timeoutMs: 10_000,
      async run({ text }, context, signal) {
        signal.throwIfAborted();
        await journal.putValue({
          namespace: spaceOf('note', context),
          key: context.key,
          value: toKept(text, taintOf(context)),
          once: context.key,
        });
        return { text: 'Noted.' };
      },
    }),
    defineTool({
      name: 'note_list',
      description: 'Lists the notes kept for this person, newest first.',
      input: z.strictObject({
        limit: z.int().min(1).max(100).default(30).describe('How many to list, 1 to 100.'),
      }),
      effect: 'pure',
      risk: 'read',
      timeoutMs: 10_000,
      async run({ limit }, context, signal) {
        signal.throwIfAborted();
        const rows = await reader.listValues({ namespace: spaceOf('note', context), limit: 1000 });
        const newest = rows
          .toSorted((one, other) => other.updatedAt - one.updatedAt)
          .slice(0, limit)
          .map((row) => {
            const text = readKept(row, context);
            return text === undefined ? '' : `- ${new Date(row.updatedAt).toISOString()} ${text}`;
          });
        return { text: newest.filter((line) => line !== '').join('\n') || 'There are no notes.' };
      },
    }),
  ];
}
