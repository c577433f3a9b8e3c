import type { MediaReading, Tool } from '@cuttle/core-types/ports';
import { createRuntime, type Runtime } from '@cuttle/runtime';
import {
  createChannelTools,
  createMemory,
  createMemoryNotes,
  createPageConverter,
  createWorkspaceFiles,
  type Memory,
} from '@cuttle/tools';
import { createAgentFetch } from './agent-fetch.ts';
import { derived } from './derived.ts';
import type { Foundation } from './foundation.ts';
import { toMediaSettings } from './media-settings.ts';
import { createMediaSource } from './media-source.ts';
import type { ServerOverrides } from './server-options.ts';
import { toRuntimeSettings } from './settings.ts';
import { createTools } from './tool-list.ts';

export interface Wired {
  readonly runtime: Runtime;
  readonly tools: readonly Tool[];
  readonly memory: Memory;
  readonly media: MediaReading;
}

/** The kernel with its tools, over the foundation. */
export function wireRuntime(
  foundation: Foundation,
  overrides: ServerOverrides,
  channelMode: 'receive' | 'send-only',
): Wired {
  const { configuration, token } = foundation;
  const { placeOf } = foundation.workspaces;
  const memory = foundation.scope.use(
    createMemory({
      ...foundation,
      ...foundation.store,
      placeOf,
      // What is remembered is the owner's to pay for.
      embedding: (agentId) => foundation.embedders.find({ agentId, personId: 'owner' }),
    }),
  );
  const settings = derived(() => configuration.current().config, toRuntimeSettings);
  const { document, page } = overrides.workers ?? {};
  const pages = foundation.scope.use(
    createPageConverter(foundation, { ...(page && { worker: page }) }),
  );
  const media = createMediaSource({
    ...foundation,
    models: () => foundation.models,
    settings,
    media: derived(() => configuration.current().config, toMediaSettings),
    pages,
    worker: document,
  });
  const keeping = { placeOf, inspect: media.inspect, blobs: foundation.store.blobs };
  const shipped = createTools({
    ...foundation,
    ...keeping,
    agentFetch: createAgentFetch(foundation),
    pages,
    memory,
    config: () => configuration.current().redacted,
    secrets: () => [token, ...configuration.current().secrets],
    workers: overrides.workers ?? {},
    runtime: () => runtime,
  });
  const findForRun: Runtime['directory']['findForRun'] = (runId, question, signal) =>
    runtime.directory.findForRun(runId, question, signal);
  const tools = [...shipped, ...(overrides.tools ?? [])];
  const runtime: Runtime = createRuntime({
    ...foundation,
    tools,
    channelTools: (channel) => createChannelTools({ ...keeping, findForRun }, channel),
    files: foundation.scope.use(createWorkspaceFiles({ ...foundation, placeOf })),
    models: () => foundation.models,
    settings,
    media,
    notes: createMemoryNotes({ memory }),
    channelMode,
    point: overrides.point,
  });
  if (overrides.listener) runtime.hub.subscribe(overrides.listener);
  return { runtime, tools, memory, media };
}
