import { z } from 'zod';
import { Message } from './message.ts';

/** What a summary must not lose, told apart from its prose so that no model can drop it. Newest last. */
export const SummaryFacts = z.object({
  /** Tool calls that failed: the tool's name and what it said first. */
  failures: z.array(z.string()).default([]),
  /** Things that were asked for, promised or noted as still to do. */
  tasks: z.array(z.string()).default([]),
  /** Paths of files, and addresses. */
  paths: z.array(z.string()).default([]),
  /** Names that must be repeated letter by letter: ids, hashes, keys of tickets. */
  identifiers: z.array(z.string()).default([]),
});
export type SummaryFacts = z.infer<typeof SummaryFacts>;

/** What stands in a model's view for the transcript up to an entry. The entries themselves stay as they are. */
export const SummaryBody = z.object({
  v: z.literal(1).default(1),
  text: z.string(),
  facts: SummaryFacts.prefault({}),
  /** Requests that were still being answered where the summary ends, word by word. */
  kept: z.array(Message).default([]),
  /** `digest`: made without a model, because none could be asked. */
  by: z.enum(['model', 'digest']),
  /** `<provider>/<model>` that wrote it. */
  model: z.string().optional(),
  /** What the person who asked for it wanted kept. */
  instructions: z.string().optional(),
  /** Whether a model was asked, before it was made, what of its entries to remember. */
  flushed: z.boolean().optional(),
  /** The run that made it, and how far that run wanted summaries to reach. */
  runId: z.string(),
  target: z.int(),
  /** Entries that it stands for, those of the summary before it included. */
  entries: z.int().nonnegative(),
});
export type SummaryBody = z.infer<typeof SummaryBody>;
