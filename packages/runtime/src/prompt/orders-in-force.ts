import { CuttleError } from '@cuttle/core-types/errors';
import type { PinDraft, PinRow } from '@cuttle/core-types/ports';
import type { Kernel } from '../kernel.ts';
import { type AgentSettings, agentSettings } from '../settings.ts';

/** Standing orders of one place at most; each is at most 2,000 characters. */
export const mostPins = 100;
export const mostPinChars = 2000;

/** What holds for an agent whose session has these pins: the configuration's orders first. */
export function ordersOf(
  { orders }: Pick<AgentSettings, 'orders'>,
  pinned: readonly string[],
): readonly string[] {
  return [...orders, ...pinned];
}

/**
 * The standing orders in force for a session of an agent. A claimed run has them with it (`ordersOf` with its `orders`); this is for
 * whoever has none: a report, or a run that works for another session and takes its orders over.
 */
export async function ordersInForce(
  kernel: Pick<Kernel, 'settings' | 'store'>,
  place: { readonly agentId: string; readonly sessionKey: string },
): Promise<readonly string[]> {
  const settings = kernel.settings();
  const agent =
    agentSettings(settings, place.agentId) ?? agentSettings(settings, settings.defaultAgentId);
  const pins = await listPins(kernel, place);
  return ordersOf(
    agent ?? { orders: [] },
    pins.map(({ text }) => text),
  );
}

export function listPins(
  { store }: Pick<Kernel, 'store'>,
  place: { readonly agentId: string; readonly sessionKey?: string | undefined },
): Promise<readonly PinRow[]> {
  return store.reader.listPins({ ...place, limit: 1000 });
}

/** Why a text cannot be pinned there; undefined where it can. */
export async function pinFault(
  kernel: Pick<Kernel, 'store'>,
  { agentId, sessionKey, text }: Pick<PinDraft, 'agentId' | 'sessionKey' | 'text'>,
): Promise<string | undefined> {
  if (text.trim() === '') return 'There is nothing to pin.';
  if (text.length > mostPinChars)
    return `A standing order has at most ${mostPinChars} characters; this one has ${text.length}.`;
  const known = await listPins(kernel, {
    agentId,
    ...(sessionKey !== undefined && { sessionKey }),
  });
  const here = known.filter((pin) => pin.sessionKey === sessionKey);
  return here.length < mostPins
    ? undefined
    : `There are ${mostPins} standing orders already; take one down first.`;
}

/** Pins a standing order. Throws `request.invalid` where it is too long or there are too many, `agent.not-found`. */
export async function pinOrder(
  kernel: Pick<Kernel, 'store' | 'newId' | 'settings'>,
  draft: Omit<PinDraft, 'pinId'>,
): Promise<PinRow> {
  if (!agentSettings(kernel.settings(), draft.agentId))
    throw new CuttleError('agent.not-found', `There is no agent "${draft.agentId}".`);
  const fault = await pinFault(kernel, draft);
  if (fault !== undefined) throw new CuttleError('request.invalid', fault);
  return kernel.store.journal.addPin({ pinId: kernel.newId(), ...draft });
}
