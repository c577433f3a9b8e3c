import { isCuttleError } from '@cuttle/core-types/errors';
import type { Door, WebhookCapability } from '@cuttle/core-types/ports';
import { untilAborted, untilDone } from '../retry.ts';
import type { Account } from './account.ts';
import { type CatchUp, type CatchUpDeps, type Listening, withCatchUp } from './catch-up.ts';
import { createSlackWebhook } from './webhook.ts';

export interface HttpDeps extends CatchUpDeps {
  readonly account: Account;
  readonly signingSecret: string;
}

/** Receiving by HTTP: Slack posts what happens, and what it posts no more, after an outage, is read from the channels. */
export interface SlackHttp {
  readonly webhook: WebhookCapability;
  receive(door: Door, signal: AbortSignal): Promise<never>;
}

export function createSlackHttp(deps: HttpDeps): SlackHttp {
  let listening: CatchUp | undefined;
  const listen: Listening = async (catchUp, signal) => {
    const effort = {
      says: 'Receiving from Slack failed; it is tried again.',
      act: () => deps.account.ask(signal),
      isFinal: (error: unknown) => isCuttleError(error, 'channel.auth'),
    };
    catchUp.connected();
    listening = catchUp;
    try {
      await untilDone(deps, effort, signal);
      return await untilAborted(signal);
    } finally {
      listening = undefined;
    }
  };
  return {
    receive: (door, signal) => withCatchUp(deps, { door, listen }, signal),
    webhook: createSlackWebhook({
      ...deps,
      // What comes before it is listened is stored, too, and read once more with what was missed.
      heard: (payload) => listening?.heard(payload) ?? (() => {}),
    }),
  };
}
