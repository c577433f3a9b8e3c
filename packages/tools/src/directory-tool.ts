import {
  defineTool,
  type DirectoryPage,
  type DirectoryQuestion,
  type Tool,
} from '@cuttle/core-types/ports';
import { z } from 'zod';

export interface DirectoryDeps {
  /** Whom the account knows that a run answers through. `seen`: the platform gave no list, and these wrote. Throws `channel.*`. */
  readonly findForRun: (
    runId: string,
    question: DirectoryQuestion,
    signal: AbortSignal,
  ) => Promise<DirectoryPage & { readonly source: 'platform' | 'seen' }>;
}

/** People and groups of a run's own messenger account. They may be strangers to us all, so the policy lets the owner alone look. */
export function createDirectoryTool({ findForRun }: DirectoryDeps): Tool {
  return defineTool({
    name: 'channel_directory',
    description:
      'Finds people or groups by name that the account of this messenger knows, with the ids that addresses take.',
    input: z.strictObject({
      query: z
        .string()
        .trim()
        .max(200)
        .default('')
        .describe('Words of a name or a handle, in any order; empty: all that can be listed.'),
      kind: z.enum(['people', 'groups']).describe('What to look for.'),
      limit: z.int().min(1).max(50).default(20).describe('How many to list, 1 to 50.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 30_000,
    maxOutputChars: 20_000,
    async run(question, context, signal) {
      signal.throwIfAborted();
      const { rows, more, source } = await findForRun(context.runId, question, signal);
      // People choose their names themselves.
      if (rows.length > 0) context.taint('stranger');
      const lines = [
        ...rows.map(({ id, name, handle, kind }) => JSON.stringify({ id, name, handle, kind })),
        ...(rows.length === 0 ? ['Nobody was found.'] : []),
        ...(source === 'seen' ? ['The platform gave no list: these are those that wrote.'] : []),
        ...(more ? ['There may be others: give more words.'] : []),
      ];
      return { text: lines.join('\n') };
    },
  });
}
