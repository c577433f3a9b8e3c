import { CuttleError } from '@cuttle/core-types/errors';
import {
  type BlobStore,
  defineTool,
  type MediaReading,
  type OutboundFile,
  type Tool,
  type ToolContext,
} from '@cuttle/core-types/ports';
import { effectiveTrust } from '@cuttle/security/policy';
import { z } from 'zod';
import { openFor, type WorkspaceOf } from './open-for.ts';
import { createWorkspace, type WorkspacePlace } from './workspace.ts';

/** The most that any platform takes; each channel says in words what is too large for it. */
const maxBytes = 100 * 1024 * 1024;

export interface FileSendDeps {
  placeOf(agentId: string): WorkspacePlace;
  /** What the bytes of a file are. */
  readonly inspect: MediaReading['inspect'];
  readonly blobs: Pick<BlobStore, 'put'>;
}

/**
 * Sends files of the workspace as outbound rows, stored with the call's result: sent once if the call is done, else not at all. What is sent are the
 * bytes as they were when the call was made. Only the owner's runs may send to other conversations than their own.
 */
export function createFileSendTool(deps: FileSendDeps): readonly Tool[] {
  const workspaceOf: WorkspaceOf = (agentId) => createWorkspace(deps.placeOf(agentId));
  return [
    defineTool({
      name: 'file_send',
      description:
        'Sends files of the workspace to people, pictures as pictures. Without `to` they go to this conversation.',
      input: z.strictObject({
        files: z
          .array(z.string().min(1).max(1000))
          .min(1)
          .max(10)
          .describe('Paths relative to the workspace, such as "charts/week.png".'),
        text: z.string().max(20_000).default('').describe('Words that go along, in Markdown.'),
        to: z
          .string()
          .trim()
          .min(1)
          .max(300)
          .default('current')
          .describe('A conversation as the gateway names it, or "current".'),
      }),
      effect: 'keyed',
      risk: 'send',
      timeoutMs: 60_000,
      async run({ files, text, to }, context, signal) {
        signal.throwIfAborted();
        const standing = effectiveTrust(context.principal, context.provenance);
        if (to !== 'current' && standing !== 'owner')
          throw new CuttleError('tool.denied', 'Only the owner may have files sent elsewhere.');
        const sent: OutboundFile[] = [];
        for (const path of files)
          sent.push(await keepFile(deps, { workspaceOf, path, context }, signal));
        context.send({ to, answer: { text, files: sent } });
        const names = sent.map(({ name }) => name).join(', ');
        return { text: `On ${sent.length === 1 ? 'its' : 'their'} way: ${names}.` };
      },
    }),
  ];
}

/** The bytes are synced before the row that names them. */
async function keepFile(
  { inspect, blobs }: FileSendDeps,
  {
    workspaceOf,
    path,
    context,
  }: {
    readonly workspaceOf: WorkspaceOf;
    readonly path: string;
    readonly context: ToolContext;
  },
  signal: AbortSignal,
): Promise<OutboundFile> {
  const workspace = await openFor(workspaceOf, { path, context, to: 'read' });
  const content = await workspace.readFile(path, maxBytes);
  if (content.length === 0) throw new CuttleError('tool.failed', `"${path}" is empty.`);
  const name = path.split('/').at(-1) ?? path;
  const { kind, mimeType } = inspect(content, { mimeType: '', name });
  const sha256 = await blobs.put(content, mimeType, signal);
  const what = kind === 'other' ? 'document' : kind;
  return { sha256, kind: what, mimeType, name, bytes: content.length };
}
