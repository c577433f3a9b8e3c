import type { Config } from '@cuttle/config';
import type { Runtime } from '@cuttle/runtime';
import type { Memory } from '@cuttle/tools';
import { keepRetention, type PurgeDeps, type RetentionRules, resumePurges } from '@cuttle/sessions';
import { storedAreas } from '@cuttle/core-types/ports';
import { createConfigApplier } from './apply-config.ts';
import { createChannelKeeper } from './channel-keeper.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { type OpenDoors, openDoors } from './open-doors.ts';
import type { CuttleServer, ServerOverrides } from './server-options.ts';
import { createPersonMedia } from './person-media.ts';
import { createPersonMemory } from './person-memory.ts';
import { toPersons } from './session-settings.ts';
import { toRetention } from './settings.ts';
import { wireRuntime } from './wire-runtime.ts';

export type { CuttleServer, ServerOverrides, ServerRole } from './server-options.ts';
export { type FileConfig, openConfigFile } from './config-file.ts';
export { createCrashPoint } from './crash-hook.ts';
export { createLog, type ServerLog } from './log.ts';
export { nodeClock } from './node-clock.ts';
export { createRandomBytes } from './random-bytes.ts';
export { untilSignal } from './until-signal.ts';

/**
 * Opens the home, goes on where the last life ended, and serves. What it opened is closed again where it cannot.
 * Throws `store.*`, `config.invalid`, `gateway.port-in-use` or `gateway.already-running`.
 */
export async function createServer(
  config: Config,
  overrides: ServerOverrides,
): Promise<CuttleServer> {
  await using opening = new AsyncDisposableStack();
  const isServing = overrides.roles?.includes('serve') ?? true;
  const foundation = await openFoundation(config, overrides);
  opening.use(foundation.scope);
  const { configuration, log, token } = foundation;
  const channelMode = isServing ? 'receive' : 'send-only';
  const { runtime, tools, memory, media } = wireRuntime(foundation, overrides, channelMode);
  opening.use(runtime);
  const stopped = new AbortController();
  opening.defer(() => stopped.abort('stopped'));
  if (isServing) {
    const rules = (): RetentionRules => toRetention(configuration.current().config);
    const keeping = keepRetention({ ...foundation, ...foundation.store, rules }, stopped.signal);
    opening.defer(() => {
      stopped.abort('stopped');
      return keeping;
    });
  }
  const channels = createChannelKeeper({
    ...foundation,
    runtime,
    given: overrides.channels ?? {},
  });
  // Before anyone is heard: who they are decides which session is theirs.
  if (isServing) await foundation.store.journal.syncPersons({ persons: toPersons(config) });
  await channels.apply(config.channels);
  const { pageFolder, port } = overrides;
  const purge = createPurge(foundation, { runtime, memory });
  const doors = isServing
    ? await openDoors({ foundation, runtime, tools, memory, media, purge, pageFolder, port })
    : undefined;
  opening.use(doors);
  const applier = createConfigApplier({ foundation, channels }, stopped.signal);
  const modelsKnown = Promise.withResolvers<void>();
  await runtime.start(modelsKnown.promise);
  configuration.onApplied((next, changed) => {
    log.setSecrets([token, ...next.secrets]);
    void applier.apply(next.config); // never rejects
    const { hash } = next;
    if (changed.length > 0)
      doors?.gateway.broadcast('config.changed', { hash, changed: [...changed] });
  });
  void applier.begin(config).then(modelsKnown.resolve); // never rejects
  doors?.ready();
  if (isServing) opening.defer(goOnPurging(purge, stopped));
  void memory.start(config.agents.list.map(({ id }) => id)); // never rejects, and ends with the scope
  return toServer({ doors, runtime, foundation, stopped, closing: opening.move() });
}

function createPurge(
  foundation: Foundation,
  { runtime, memory }: { readonly runtime: Runtime; readonly memory: Memory },
): PurgeDeps {
  const { configuration, store } = foundation;
  const agentIds = (): readonly string[] =>
    configuration.current().config.agents.list.map(({ id }) => id);
  return {
    ...foundation,
    ...store,
    areas: [createPersonMemory({ memory, agentIds }), createPersonMedia(foundation)],
    stored: storedAreas,
    settled: (change) => runtime.tellEnded(change),
  };
}

/** What an earlier life had begun to take away; the end of it is waited for at the end of this one. */
function goOnPurging(purge: PurgeDeps, stopped: AbortController): () => Promise<void> {
  const going = (async (): Promise<void> => {
    try {
      await resumePurges(purge, stopped.signal);
    } catch (error) {
      if (!stopped.signal.aborted)
        purge.log.warn('A purge could not be gone on with; the next start does.', { error });
    }
  })();
  return () => {
    stopped.abort('stopped');
    return going;
  };
}

function toServer({
  doors,
  runtime,
  foundation,
  stopped,
  closing,
}: {
  doors: OpenDoors | undefined;
  runtime: Runtime;
  foundation: Foundation;
  stopped: AbortController;
  closing: AsyncDisposableStack;
}): CuttleServer {
  const { store, log } = foundation;
  let ended: Promise<void> | undefined;
  const end = async (graceMs: number): Promise<void> => {
    stopped.abort('stopped');
    doors?.draining();
    await runtime.drain(graceMs);
    await closing.disposeAsync();
  };
  const drain = (graceMs: number): Promise<void> => (ended ??= end(graceMs));
  return {
    url: doors?.url,
    log,
    call(name, params, options) {
      if (!doors) throw new TypeError('This server has no doors.');
      return doors.gateway.call(name, params, options);
    },
    settled: () => runtime.settled(),
    counts: store.reader.counts,
    failed: store.failed,
    drain,
    [Symbol.asyncDispose]: () => drain(0),
  };
}
