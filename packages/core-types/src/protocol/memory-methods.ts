import { z } from 'zod';
import { TaintSource } from '../principal.ts';
import { defineMethod } from './method.ts';

const agentId = z.string().max(64).optional().describe('The default agent when left out.');
const path = z.string().min(1).max(500);
const line = z.int().min(1);

const MemoryFileReport = z.object({
  path: z.string(),
  bytes: z.int(),
  chunks: z.int(),
  updatedAt: z.iso.datetime(),
  /** Whom the file is about; left out for the owner's. */
  person: z.string().optional(),
  /** Who may find it beside the owner or that person: `everyone`, `groups`, ids of persons. */
  shared: z.array(z.string()),
});

const MemoryStatusReport = z.object({
  files: z.int(),
  chunks: z.int(),
  embedded: z.int(),
  model: z.string().optional(),
  mode: z.enum(['hybrid', 'text']),
  reason: z.string().optional(),
  watching: z.boolean(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
});

/** What agents remember, for a person who looks and edits. */
export const memoryMethods = [
  defineMethod({
    name: 'memory.list',
    summary: 'The Markdown files of what an agent remembers, those about other persons included.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ agentId }),
    result: () => z.object({ agentId: z.string(), files: z.array(MemoryFileReport) }),
  }),
  defineMethod({
    name: 'memory.get',
    summary: 'The text of a file of the memory, whole or some lines of it.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ agentId, path, from: line.default(1), to: line.optional() }),
    result: () =>
      z.object({
        path: z.string(),
        text: z.string(),
        from: z.int(),
        to: z.int(),
        lines: z.int().describe('Of the whole file.'),
        hash: z.string().describe('Of the whole file, for `memory.write` and `memory.remove`.'),
        updatedAt: z.iso.datetime(),
      }),
  }),
  defineMethod({
    name: 'memory.search',
    summary: 'Passages that fit a question, by words and by meaning, each with its file and lines.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        agentId,
        query: z.string().trim().min(1).max(500),
        limit: z.int().min(1).max(50).default(20),
      }),
    result: () =>
      z.object({
        mode: z.enum(['hybrid', 'text']),
        reason: z.string().optional(),
        hits: z.array(
          z.object({
            citation: z.string(),
            path: z.string(),
            from: z.int(),
            to: z.int(),
            heading: z.string(),
            text: z.string(),
            taint: z.array(TaintSource),
            score: z.number(),
            updatedAt: z.iso.datetime(),
          }),
        ),
      }),
  }),
  defineMethod({
    name: 'memory.write',
    summary:
      'Writes a whole file of the memory. `baseHash` is that of the text it replaces, left out for a new file; a stale write is refused.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        agentId,
        path,
        text: z.string().max(1_000_000),
        baseHash: z.string().max(100).optional(),
      }),
    result: () => z.object({ hash: z.string() }),
  }),
  defineMethod({
    name: 'memory.remove',
    summary: 'Removes a file of the memory, or some lines of it, if it is still as it was read.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        agentId,
        path,
        baseHash: z.string().max(100),
        from: line.optional(),
        to: line.optional(),
      }),
    result: () => z.object({ ok: z.literal(true) }),
  }),
  defineMethod({
    name: 'memory.status',
    summary: 'How much is remembered, how it is searched, and what could not be read.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ agentId }),
    result: () => MemoryStatusReport,
  }),
  defineMethod({
    name: 'memory.reindex',
    summary: 'Reads every file of the memory anew and embeds what is not embedded yet.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject({ agentId }),
    result: () => MemoryStatusReport,
  }),
] as const;
