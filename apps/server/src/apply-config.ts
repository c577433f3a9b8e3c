import type { Config } from '@cuttle/config';
import type { ChannelKeeper } from './channel-keeper.ts';
import { chooseModels, findModels } from './choose-models.ts';
import type { Foundation } from './foundation.ts';
import { toPersons } from './session-settings.ts';

/** How long the first run may have to wait until the model servers of this machine have answered. */
const mostDetectionMs = 2000;

/** Holds what runs to the configuration in force. */
export interface ConfigApplier {
  /** Resolves when it is known which model is used where none is chosen, or after two seconds. Never rejects. */
  begin(config: Config): Promise<void>;
  /** One configuration after another. Never rejects: it was judged before it came into force. */
  apply(next: Config): Promise<void>;
}

export function createConfigApplier(
  { foundation, channels }: { foundation: Foundation; channels: ChannelKeeper },
  signal: AbortSignal,
): ConfigApplier {
  const { env, log, clock } = foundation;
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch((error: unknown) => {
      if (!signal.aborted) log.error('A configuration could not be applied.', { error });
    });
    return last;
  };
  // What is in use stays so until the servers of this machine have answered: nobody is answered by a stand-in meanwhile.
  const holdModels = async (config: Config): Promise<void> => {
    const { logins } = foundation;
    const sources = { config, env, saved: await logins.list() };
    log.addSecrets(await logins.secrets());
    const found = await findModels(foundation, sources, signal);
    foundation.models = found ?? chooseModels(foundation, sources);
  };
  return {
    async begin(config) {
      const late = clock.sleep(mostDetectionMs, signal).catch(() => {}); // stopped
      await Promise.race([inTurn(() => holdModels(config)), late]);
    },
    apply: (next) =>
      inTurn(async () => {
        await holdModels(next);
        await foundation.workspaces.prepare();
        await foundation.store.journal.syncPersons({ persons: toPersons(next) });
        await channels.apply(next.channels);
      }),
  };
}
