import type { Client } from '@cuttle/client';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Item } from './items.ts';

/**
 * Shows what waits for an approval in a session and in the sub-agents of it: at once, and as each sub-agent asks. What cannot be read,
 * for a lost connection or a token that decides no approvals, is not shown; the calls wait all the same. Ends with `signal`.
 */
export function watchAsks(
  { client, sessionKey }: { readonly client: Client; readonly sessionKey: string },
  show: (asks: readonly Item[]) => void,
  signal: AbortSignal,
): void {
  const look = (): void => {
    readAsks({ client, sessionKey }, signal).then(show, (error: unknown) => {
      if (!signal.aborted && !isCuttleError(error)) throw error;
    });
  };
  const stop = client.on('session', (event) => {
    if (event.kind === 'subagent' && event.sessionKey === sessionKey) look();
  });
  signal.addEventListener('abort', stop, { once: true });
  look();
}

async function readAsks(
  { client, sessionKey }: { readonly client: Client; readonly sessionKey: string },
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const { approvals } = await client.call('exec.approvals.list', {}, signal);
  if (approvals.length === 0) return [];
  const wanted = { sessionKey, open: true, limit: 500 };
  const { subagents } = await client.call('subagents.list', wanted, signal);
  const labels = new Map(subagents.map((one) => [one.sessionKey, one.label]));
  return approvals.flatMap((one): readonly Item[] => {
    const label = labels.get(one.sessionKey);
    if (label === undefined && one.sessionKey !== sessionKey) return [];
    const { approvalId, tool: name, input } = one;
    return [{ kind: 'ask', key: `ask ${approvalId}`, name, input, label }];
  });
}
