import type { Config } from '@cuttle/config';
import type { Runtime } from '@cuttle/runtime';
import { type ChannelKeeper, createChannelKeeper } from './channel-keeper.ts';
import { findModels, chooseModels } from './choose-models.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { removeRunFile } from './home.ts';
import { type OpenDoors, openDoors } from './open-doors.ts';
import type { CuttleServer, ServerOverrides } from './server-options.ts';
import { toRuntimeSettings } from './settings.ts';
import { wireRuntime } from './wire-runtime.ts';

export type { CuttleServer, ServerOverrides, ServerRole } from './server-options.ts';
export { type FileConfig, openConfigFile } from './config-file.ts';
export { createCrashPoint } from './crash-hook.ts';
export { createLog, type ServerLog } from './log.ts';
export { nodeClock } from './node-clock.ts';
export { createRandomBytes } from './random-bytes.ts';
export { untilSignal } from './until-signal.ts';

/** Opens the home, goes on where the last life ended, and serves. Throws `store.*`, `config.invalid` or `gateway.port-in-use`. */
export async function createServer(
  config: Config,
  overrides: ServerOverrides,
): Promise<CuttleServer> {
  const isServing = overrides.roles?.includes('serve') ?? true;
  const foundation = await openFoundation(config, overrides);
  const { configuration, log } = foundation;
  const { runtime, tools } = wireRuntime(
    foundation,
    overrides,
    isServing ? 'receive' : 'send-only',
  );
  const channels = createChannelKeeper({
    ...foundation,
    runtime,
    given: overrides.channels ?? {},
    defaultAgentId: () => toRuntimeSettings(configuration.current().config).defaultAgentId,
  });
  const stopped = new AbortController();
  const apply = (next: Config): Promise<void> =>
    applyConfig({ foundation, channels, next }, stopped.signal);
  const applyAndTell = (next: Config): void =>
    void apply(next).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error('A configuration could not be applied.', { error });
    });
  if (isServing) await channels.apply(config.channels);
  const { pageFolder } = overrides;
  const opened = isServing
    ? await openDoors({ foundation, runtime, tools, pageFolder })
    : undefined;
  // A worker's queue moves once the models are known; a door that is waited for opens at once.
  if (!isServing) await apply(config);
  await runtime.start();
  configuration.onApplied(({ config: next }) => applyAndTell(next));
  if (isServing) applyAndTell(config);
  opened?.ready();
  return toServer({ opened, runtime, foundation, stopped });
}

/** Holds models and channels to a configuration, then looks for a model where none is chosen. */
async function applyConfig(
  { foundation, channels, next }: { foundation: Foundation; channels: ChannelKeeper; next: Config },
  signal: AbortSignal,
): Promise<void> {
  const sources = { config: next, env: foundation.env };
  foundation.models = chooseModels(foundation, sources);
  await channels.apply(next.channels);
  foundation.models = (await findModels(foundation, sources, signal)) ?? foundation.models;
}

function toServer({
  opened,
  runtime,
  foundation,
  stopped,
}: {
  opened: OpenDoors | undefined;
  runtime: Runtime;
  foundation: Foundation;
  stopped: AbortController;
}): CuttleServer {
  const { store, log, home, scope } = foundation;
  let ended: Promise<void> | undefined;
  const end = async (graceMs: number): Promise<void> => {
    stopped.abort('stopped');
    opened?.draining();
    await runtime.drain(graceMs);
    opened?.gateway.close();
    await opened?.listening[Symbol.asyncDispose]();
    if (opened) await removeRunFile(home);
    await scope.disposeAsync();
    await store[Symbol.asyncDispose]();
  };
  const drain = (graceMs: number): Promise<void> => (ended ??= end(graceMs));
  return {
    url: opened?.listening.url,
    log,
    call(name, params, options) {
      if (!opened) throw new TypeError('This server has no doors.');
      return opened.gateway.call(name, params, options);
    },
    settled: () => runtime.settled(),
    counts: store.reader.counts,
    failed: store.failed,
    drain,
    [Symbol.asyncDispose]: () => drain(0),
  };
}
