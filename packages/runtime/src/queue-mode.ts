import type { QueueMode } from '@cuttle/core-types';
import type { Kernel } from './kernel.ts';
import { agentSettings } from './settings.ts';

/** What becomes of messages during an answer where the session itself says nothing: what the account says, else the agent. */
export function placeMode(
  { accounts, settings }: Pick<Kernel, 'accounts' | 'settings'>,
  { accountId, agentId }: { readonly accountId: string; readonly agentId: string },
): QueueMode {
  const ofAccount = accounts.get(accountId)?.queueMode;
  return ofAccount ?? agentSettings(settings(), agentId)?.queueMode ?? 'followup';
}
