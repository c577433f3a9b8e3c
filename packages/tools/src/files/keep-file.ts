import { CuttleError } from '@cuttle/core-types/errors';
import type { BlobStore, MediaReading, OutboundFile, ToolContext } from '@cuttle/core-types/ports';
import { openFor, type WorkspaceOf } from './open-for.ts';
import { createWorkspace, type WorkspacePlace } from './workspace.ts';

/** The most that any platform takes; each channel says in words what is too large for it. */
const maxBytes = 100 * 1024 * 1024;

export interface FileKeeperDeps {
  placeOf(agentId: string): WorkspacePlace;
  /** What the bytes of a file are. */
  readonly inspect: MediaReading['inspect'];
  readonly blobs: Pick<BlobStore, 'put'>;
}

/** Puts a file of the calling agent's workspace where messages are sent from. Throws `tool.denied` and `tool.failed`. */
export type KeepFile = (
  path: string,
  context: ToolContext,
  signal: AbortSignal,
) => Promise<OutboundFile>;

/** The bytes are synced before the row that names them is written. */
export function createFileKeeper({ placeOf, inspect, blobs }: FileKeeperDeps): KeepFile {
  const workspaceOf: WorkspaceOf = (agentId) => createWorkspace(placeOf(agentId));
  return async (path, context, signal) => {
    const workspace = await openFor(workspaceOf, { path, context, to: 'read' });
    const content = await workspace.readFile(path, maxBytes);
    if (content.length === 0) throw new CuttleError('tool.failed', `"${path}" is empty.`);
    const name = path.split('/').at(-1) ?? path;
    const { kind, mimeType } = inspect(content, { mimeType: '', name });
    const sha256 = await blobs.put(content, mimeType, signal);
    const what = kind === 'other' ? 'document' : kind;
    return { sha256, kind: what, mimeType, name, bytes: content.length };
  };
}
