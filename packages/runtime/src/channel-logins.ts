import { CuttleError } from '@cuttle/core-types/errors';
import type { Channel, ChannelHealth, LoginCapability, LoginStep } from '@cuttle/core-types/ports';
import type { ChannelSettings, ChannelSupervisor } from './channel-supervisor.ts';
import type { Kernel } from './kernel.ts';

export interface ChannelPlace {
  readonly channel: string;
  readonly name: string;
}

/** What a person does with one messenger account. Throws `channel.not-found` where it is not configured. */
export interface ChannelLogins {
  probe(place: ChannelPlace, signal: AbortSignal): Promise<ChannelHealth>;
  /** A step of a login; `waiting` where nothing is new after `timeoutMs`. Throws `request.unsupported` where nobody logs in. */
  logIn(
    input: ChannelPlace & { readonly seen: string | undefined; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<LoginStep>;
  logOut(place: ChannelPlace, signal: AbortSignal): Promise<void>;
}

interface Found {
  readonly settings: ChannelSettings;
  readonly supervisor: ChannelSupervisor;
}

export function createChannelLogins(
  { clock }: Pick<Kernel, 'clock'>,
  find: (place: ChannelPlace) => Found | undefined,
): ChannelLogins {
  const read = (place: ChannelPlace): Found => {
    const found = find(place);
    if (found) return found;
    throw new CuttleError(
      'channel.not-found',
      `No account ${place.channel}/${place.name} is configured.`,
    );
  };
  return {
    probe: (place, signal) => read(place).settings.channel.probe(signal),
    async logIn({ seen, timeoutMs, ...place }, signal) {
      const { settings, supervisor } = read(place);
      const login = loginOf(settings.channel);
      const step = await stepWithin({ clock, login, seen, timeoutMs }, signal);
      // What failed for want of a login need not wait for its next try.
      if (step.state === 'linked') supervisor.tryNow();
      return step;
    },
    async logOut(place, signal) {
      await loginOf(read(place).settings.channel).logout(signal);
    },
  };
}

function loginOf({ id, login }: Channel): LoginCapability {
  if (login) return login;
  throw new CuttleError('request.unsupported', `Accounts of ${id} are not logged in to.`, {
    hint: `Set what ${id} asks for in the configuration.`,
  });
}

async function stepWithin(
  {
    clock,
    login,
    seen,
    timeoutMs,
  }: Pick<Kernel, 'clock'> & {
    readonly login: LoginCapability;
    readonly seen: string | undefined;
    readonly timeoutMs: number;
  },
  signal: AbortSignal,
): Promise<LoginStep> {
  const over = new AbortController();
  const late = new AbortController();
  const timing = clock.sleep(timeoutMs, AbortSignal.any([signal, over.signal])).then(
    () => late.abort('late'),
    () => {}, // it was in time
  );
  try {
    return await login.step(seen, AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (late.signal.aborted && !signal.aborted) return { state: 'waiting' };
    throw error;
  } finally {
    over.abort();
    await timing;
  }
}
