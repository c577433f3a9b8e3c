import type { Tool } from '@cuttle/core-types/ports';
import { createRuntime, type Runtime } from '@cuttle/runtime';
import { createMemory, createMemoryNotes, createWorkspaceFiles, type Memory } from '@cuttle/tools';
import { derived } from './derived.ts';
import type { Foundation } from './foundation.ts';
import type { ServerOverrides } from './server-options.ts';
import { toRuntimeSettings } from './settings.ts';
import { createTools } from './tool-list.ts';

/** The kernel with its tools, over the foundation. */
export function wireRuntime(
  foundation: Foundation,
  overrides: ServerOverrides,
  channelMode: 'receive' | 'send-only',
): { readonly runtime: Runtime; readonly tools: readonly Tool[]; readonly memory: Memory } {
  const { configuration, token } = foundation;
  const { journal, reader } = foundation.store;
  const memory = foundation.scope.use(
    createMemory({
      ...foundation,
      journal,
      reader,
      placeOf: foundation.workspaces.placeOf,
      // What is remembered is the owner's to pay for.
      embedding: (agentId) => foundation.embedders.find({ agentId, personId: 'owner' }),
    }),
  );
  const shipped = createTools({
    ...foundation,
    memory,
    workspaceOf: foundation.workspaces.placeOf,
    config: () => configuration.current().redacted,
    secrets: () => [token, ...configuration.current().secrets],
    workers: overrides.workers ?? {},
    runtime: () => runtime,
  });
  const tools = [...shipped, ...(overrides.tools ?? [])];
  const runtime: Runtime = createRuntime({
    ...foundation,
    tools,
    files: createWorkspaceFiles({ ...foundation, placeOf: foundation.workspaces.placeOf }),
    models: () => foundation.models,
    settings: derived(() => configuration.current().config, toRuntimeSettings),
    notes: createMemoryNotes({ memory }),
    channelMode,
    point: overrides.point,
  });
  if (overrides.listener) runtime.hub.subscribe(overrides.listener);
  return { runtime, tools, memory };
}
