import type { TaintSource } from '@cuttle/core-types';
import {
  type Clock,
  defineTool,
  type MemoryHit,
  type Tool,
  type ToolContext,
} from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { type TaintOf, taintOfSender } from '../values/kept-value.ts';
import type { Memory, MemoryFile } from './create-memory.ts';
import { withoutMark } from './entry.ts';
import { appendNote, entriesIn, findFact, listFacts, putFact } from './facts.ts';
import { dayFile, factFile, type Reach, reachOf, readersOf } from './memory-path.ts';
import { readShared } from './split-chunks.ts';

const key = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('A short name such as "birthday" or "project/deadline".');

export interface MemoryToolDeps {
  readonly memory: Pick<Memory, 'search' | 'list' | 'find' | 'change'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly taintOf?: TaintOf | undefined;
}

/**
 * What an agent remembers, in Markdown files of its workspace: of the owner, and of each person apart. Nothing crosses from
 * one person or agent to another, nor into a group, unless a file of the owner's says so.
 */
export function createMemoryTools(deps: MemoryToolDeps): readonly Tool[] {
  return [
    createSearch(deps),
    createGet(deps),
    createSet(deps),
    createAppend(deps),
    createList(deps),
  ];
}

function createSet({ memory, taintOf = taintOfSender }: MemoryToolDeps): Tool {
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
      const fact = {
        key: input.key,
        text: input.value,
        once: context.key,
        taint: taintOf(context),
      };
      await memory.change(
        {
          agentId: context.agentId,
          path: factFile(reachOf(context)),
          change: (text) => putFact(text, fact),
        },
        signal,
      );
      return { text: `Remembered as "${input.key}".` };
    },
  });
}

function createAppend({ memory, clock, taintOf = taintOfSender }: MemoryToolDeps): Tool {
  return defineTool({
    name: 'memory_append',
    description:
      'Adds a note to what is remembered of this day: what happened, was said or decided.',
    input: z.strictObject({
      text: z.string().trim().min(1).max(8000).describe('What to remember, in whole sentences.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 10_000,
    async run(input, context, signal) {
      signal.throwIfAborted();
      const now = clock.now();
      const path = dayFile(reachOf(context), now);
      const title = new Date(now).toISOString().slice(0, 10);
      const text = `${new Date(now).toISOString().slice(11, 16)} ${input.text}`;
      const note = { text, title, once: context.key, taint: taintOf(context) };
      await memory.change(
        { agentId: context.agentId, path, change: (file) => appendNote(file, note) },
        signal,
      );
      return { text: `Noted in ${path}.` };
    },
  });
}

function createGet({ memory }: MemoryToolDeps): Tool {
  return defineTool({
    name: 'memory_get',
    description: 'Reads what is remembered under a name, or lines of a file of the memory.',
    input: z.strictObject({
      key: key.optional().describe('The name of a fact.'),
      path: z
        .string()
        .min(1)
        .max(500)
        .optional()
        .describe('In place of a name: a file as memory_search and memory_list give it.'),
      from: z.int().min(1).default(1).describe('The first line of the file, from 1.'),
      lines: z.int().min(1).max(500).default(200).describe('How many lines, 1 to 500.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 10_000,
    maxOutputChars: 20_000,
    async run(input, context, signal) {
      signal.throwIfAborted();
      if ((input.key === undefined) === (input.path === undefined))
        throw new CuttleError('tool.failed', 'Give exactly one of key and path.');
      const { agentId } = context;
      const reach = reachOf(context);
      if (input.path === undefined) {
        const own = await memory.find({ agentId, path: factFile(reach) }, signal);
        const fact = own && findFact(own.text, input.key ?? '');
        taintAll(context, fact?.taint ?? []);
        return {
          text: fact?.text ?? `Nothing is remembered as "${input.key}"; memory_list names what is.`,
        };
      }
      const file = await memory.find({ agentId, path: input.path }, signal);
      // Who may not read a file is not told that it is there.
      if (!file || !mayRead(reach, input.path, file))
        return { text: `There is no "${input.path}" in the memory.` };
      return { text: readLines(context, file, input) };
    },
  });
}

function mayRead({ readers }: Reach, path: string, { text }: MemoryFile): boolean {
  return readersOf(path, readShared(text)).some((reader) => readers.includes(reader));
}

function readLines(
  context: ToolContext,
  { text }: MemoryFile,
  { path = '', from, lines }: { path?: string | undefined; from: number; lines: number },
): string {
  const all = text.replace(/\n$/u, '').split('\n');
  const to = Math.min(all.length, from + lines - 1);
  for (const entry of entriesIn(text, from, to)) taintAll(context, entry.taint);
  const shown = all.slice(from - 1, to).map(withoutMark);
  const rest = to < all.length ? [`(${all.length} lines; read on from ${to + 1}.)`] : [];
  return [`${path}#L${from}-L${Math.max(from, to)}`, ...shown, ...rest].join('\n');
}

function taintAll(context: ToolContext, sources: readonly TaintSource[]): void {
  for (const source of sources) context.taint(source);
}

function createList({ memory }: MemoryToolDeps): Tool {
  return defineTool({
    name: 'memory_list',
    description: 'Lists what is remembered: names of facts, and files.',
    input: z.strictObject({
      after: z.string().max(200).optional().describe('Go on after this name of the page before.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 10_000,
    maxOutputChars: 40_000,
    async run({ after = '' }, context, signal) {
      signal.throwIfAborted();
      const { agentId } = context;
      const reach = reachOf(context);
      const own = await memory.find({ agentId, path: factFile(reach) }, signal);
      const facts = own ? listFacts(own.text) : [];
      const files = (await memory.list(agentId, signal)).filter(
        ({ path, readers }) =>
          path !== factFile(reach) && readers.some((reader) => reach.readers.includes(reader)),
      );
      const rows = [
        // A name is content too: it taints as its value does.
        ...facts.map((fact) => ({ name: fact.key ?? '', taint: fact.taint })),
        ...files.map(({ path }) => ({ name: path, taint: [] })),
      ];
      const limit = 200;
      const start = rows.findIndex(({ name }) => name === after) + 1;
      const page = rows.slice(start, start + limit);
      for (const row of page) taintAll(context, row.taint);
      const lines = page.map(({ name }) => `- ${name}`);
      if (start + limit < rows.length)
        lines.push(`There are more: call again with after "${page.at(-1)?.name}".`);
      return { text: lines.join('\n') || 'Nothing is remembered yet.' };
    },
  });
}

function createSearch({ memory }: MemoryToolDeps): Tool {
  return defineTool({
    name: 'memory_search',
    description:
      'Searches what is remembered, by words and by meaning. Each hit names its file and lines, such as memory/2026-05-01.md#L3-L5.',
    input: z.strictObject({
      query: z.string().trim().min(1).max(400).describe('A question or a few words.'),
      limit: z.int().min(1).max(50).default(8).describe('How many to give, 1 to 50.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 20_000,
    maxOutputChars: 20_000,
    async run({ query, limit }, context, signal) {
      signal.throwIfAborted();
      const { agentId } = context;
      const { readers } = reachOf(context);
      const { hits, reason } = await memory.search({ agentId, readers, query, limit }, signal);
      for (const hit of hits) taintAll(context, hit.taint);
      const found = hits.map(describeHit).join('\n') || 'Nothing that is remembered fits.';
      return { text: reason === undefined ? found : `${found}\n(${reason})` };
    },
  });
}

/** Where a passage stands: `MEMORY.md#L3-L5`. */
export function citationOf({ path, from, to }: Pick<MemoryHit, 'path' | 'from' | 'to'>): string {
  return from === to ? `${path}#L${from}` : `${path}#L${from}-L${to}`;
}

function describeHit(hit: MemoryHit): string {
  const place = hit.heading === '' ? '' : ` (${hit.heading})`;
  const [first = '', ...more] = hit.text.split('\n');
  const rest = more.map((line) => `\n  ${line}`).join('');
  return `- ${citationOf(hit)}${place}: ${more.length === 0 ? first.replace(/^- /u, '') : first}${rest}`;
}
