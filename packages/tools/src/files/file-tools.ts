import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { type Pictures, toPicture } from '../shown-picture.ts';
import { decodeText, encodeText } from './file-text.ts';
import { openFor, type WorkspaceOf } from './open-for.ts';
import { createWorkspace, type WorkspacePlace } from './workspace.ts';

const maxBytes = 5_000_000;
const maxOutputChars = 20_000;
const path = z
  .string()
  .min(1)
  .max(1000)
  .describe('A path relative to the workspace, such as "notes/today.md".');

/** Reads, writes, edits and lists text files of the workspace of the agent that calls. Its folder must exist. */
export function createFileTools({
  placeOf,
  pictures,
}: {
  placeOf(agentId: string): WorkspacePlace;
  /** Absent: pictures are files like others. */
  readonly pictures?: Pictures | undefined;
}): readonly Tool[] {
  const workspaceOf: WorkspaceOf = (agentId) => createWorkspace(placeOf(agentId));
  return [
    createRead(workspaceOf, pictures),
    createWrite(workspaceOf),
    createEdit(workspaceOf),
    createList(workspaceOf),
  ];
}

function createRead(workspaceOf: WorkspaceOf, pictures: Pictures | undefined): Tool {
  return defineTool({
    name: 'file_read',
    description:
      'Reads a text file of the workspace, whole or from a line on, or shows a picture (PNG, JPEG, GIF, WebP).',
    input: z.strictObject({
      path,
      offset: z.int().min(1).default(1).describe('The first line to read, from 1.'),
      limit: z.int().min(1).max(5000).default(1000).describe('How many lines, 1 to 5000.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 15_000,
    maxOutputChars,
    async run(input, context, signal) {
      signal.throwIfAborted();
      const workspace = await openFor(workspaceOf, { path: input.path, context, to: 'read' });
      const bytes = await workspace.readFile(input.path, maxBytes);
      const name = input.path.split('/').at(-1) ?? input.path;
      const picture = pictures && (await toPicture(pictures, { bytes, name }, signal));
      context.taint('file');
      if (picture) return picture;
      const text = decodeText(bytes, input.path);
      return { text: pageOf(text, input.offset, input.limit) };
    },
  });
}

/** Whole lines from one on, as many as fit, and where to go on. */
function pageOf(text: string, offset: number, limit: number): string {
  const lines = text.split('\n');
  const room = maxOutputChars - 200;
  const page: string[] = [];
  let chars = 0;
  for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
    chars += line.length + 1;
    if (chars > room && page.length > 0) break;
    page.push(line.length > room ? `${line.slice(0, room)}…` : line);
  }
  const next = offset + page.length;
  if (page.length === 0) return `(The file has ${lines.length} lines.)`;
  if (next > lines.length) return page.join('\n');
  page.push(`(Lines ${offset} to ${next - 1} of ${lines.length}; read on with offset ${next}.)`);
  return page.join('\n');
}

/** What a call writes, for the policy. A path that leads nowhere is told by the call itself, which fails. */
async function findWritten(
  workspaceOf: WorkspaceOf,
  { path: asked, agentId }: { readonly path: string; readonly agentId: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  try {
    return await workspaceOf(agentId).locate(asked);
  } catch (error) {
    if (isCuttleError(error)) return undefined;
    throw error;
  }
}

function createWrite(workspaceOf: WorkspaceOf): Tool {
  return defineTool({
    name: 'file_write',
    description:
      'Writes a text file of the workspace; folders are made, what was there is replaced.',
    input: z.strictObject({
      path,
      content: z.string().max(1_000_000).describe('The whole text of the file.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 15_000,
    writes: (input, { agentId }, signal) =>
      findWritten(workspaceOf, { path: input.path, agentId }, signal),
    async run(input, context, signal) {
      signal.throwIfAborted();
      const bytes = encodeText(input.content);
      const workspace = await openFor(workspaceOf, { path: input.path, context, to: 'write' });
      const done = await workspace.writeFile(input.path, bytes);
      return { text: `"${input.path}" is ${done}, ${bytes.length} bytes.` };
    },
  });
}

function createEdit(workspaceOf: WorkspaceOf): Tool {
  return defineTool({
    name: 'file_edit',
    description:
      'Replaces one passage of a text file of the workspace. The passage must occur exactly once.',
    input: z.strictObject({
      path,
      old: z
        .string()
        .min(1)
        .max(200_000)
        .describe('The passage as it is, with its line breaks and spaces.'),
      new: z.string().max(200_000).describe('What stands there afterwards.'),
    }),
    // A second run could find the passage again in what the first one wrote.
    effect: 'opaque',
    risk: 'write',
    timeoutMs: 15_000,
    writes: (input, { agentId }, signal) =>
      findWritten(workspaceOf, { path: input.path, agentId }, signal),
    async run(input, context, signal) {
      signal.throwIfAborted();
      const workspace = await openFor(workspaceOf, { path: input.path, context, to: 'write' });
      const text = decodeText(await workspace.readFile(input.path, maxBytes), input.path);
      const at = text.indexOf(input.old);
      if (at < 0)
        throw new CuttleError('tool.failed', `The passage does not occur in "${input.path}".`, {
          hint: 'Read the file and copy the passage exactly.',
        });
      if (text.includes(input.old, at + 1))
        throw new CuttleError(
          'tool.failed',
          `The passage occurs more than once in "${input.path}".`,
          {
            hint: 'Take more of the text around it.',
          },
        );
      const edited = text.slice(0, at) + input.new + text.slice(at + input.old.length);
      await workspace.writeFile(input.path, encodeText(edited));
      return { text: `"${input.path}" is edited.` };
    },
  });
}

function createList(workspaceOf: WorkspaceOf): Tool {
  return defineTool({
    name: 'file_list',
    description: 'Lists a folder of the workspace.',
    input: z.strictObject({ path: path.default('.') }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 15_000,
    maxOutputChars,
    async run(input, context, signal) {
      signal.throwIfAborted();
      const workspace = await openFor(workspaceOf, { path: input.path, context, to: 'read' });
      const entries = await workspace.listFolder(input.path);
      // A name is content of the workspace too.
      if (entries.length > 0) context.taint('file');
      const lines = entries
        .map(
          ({ name, kind }) =>
            toVisible(name) + { file: '', folder: '/', link: ' (link)', other: ' (special)' }[kind],
        )
        .toSorted();
      const most = 500;
      if (lines.length > most) lines.splice(most, Infinity, `(and ${lines.length - most} more)`);
      return { text: lines.join('\n') || 'The folder is empty.' };
    },
  });
}

/** A name is one line, whatever is in it. */
function toVisible(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, 300);
}
