import { CuttleError } from '@cuttle/core-types/errors';

/** How a connection ended, and what may come after it. */
export interface GatewayEnd {
  /** `resume`: the session lives on; `begin`: it does not. */
  readonly next: 'resume' | 'begin';
  readonly reason: string;
  /** It was asked for by Discord: nothing went wrong. */
  readonly asked: boolean;
}

const portal = 'https://discord.com/developers/applications';

/** Closes that no repetition mends. https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const hopeless: Readonly<Record<number, readonly [message: string, hint: string]>> = {
  4004: [
    'Discord refused the bot token (4004)',
    `Copy a new token from ${portal} (Bot, Reset Token) and set it.`,
  ],
  4010: ['Discord refused the shard (4010)', 'This is a fault of Cuttle: report it.'],
  4011: [
    'Discord wants this bot in several shards (4011)',
    'It is in more guilds than one connection may serve (2,500): remove it from some.',
  ],
  4012: ['Discord refused the version of its API (4012)', 'Update Cuttle.'],
  4013: ['Discord refused the intents as invalid (4013)', 'This is a fault of Cuttle: report it.'],
  4014: [
    'Discord refused an intent that is not switched on for this bot (4014)',
    `Switch on "Message Content Intent" at ${portal} (your application, Bot), or set messageContent: false for this account: then it reads in guilds only what names it.`,
  ],
};

/** Sessions that ended with their connection; others can be resumed. */
const ended: ReadonlySet<number> = new Set([1000, 1001, 4003, 4005, 4007, 4009]);

/** A close → what comes next; throws `channel.auth` where nothing helps but the owner. */
export function endOfClose(code: number, reason: string): GatewayEnd {
  const [message, hint] = hopeless[code] ?? [];
  if (message !== undefined)
    throw new CuttleError('channel.auth', `${message}.`, {
      details: { close: code },
      ...(hint !== undefined && { hint }),
    });
  const said = reason === '' ? `closed with ${code}` : `closed with ${code} ${reason}`;
  return { next: ended.has(code) ? 'begin' : 'resume', reason: said, asked: false };
}
