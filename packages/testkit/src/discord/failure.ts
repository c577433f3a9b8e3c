import type { Json } from '@cuttle/core-types';

/** A refusal in Discord's words. https://discord.com/developers/docs/reference#error-messages */
export class DiscordFailure extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: Json | undefined;

  constructor(status: number, code: number, said: string | { message: string; errors: Json }) {
    super(typeof said === 'string' ? said : said.message);
    this.name = 'DiscordFailure';
    this.status = status;
    this.code = code;
    this.errors = typeof said === 'string' ? undefined : said.errors;
  }

  get body(): Json {
    return {
      message: this.message,
      code: this.code,
      ...(this.errors !== undefined && { errors: this.errors }),
    };
  }
}

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
export const failures = {
  unauthorised: () => new DiscordFailure(401, 0, '401: Unauthorized'),
  notFound: () => new DiscordFailure(404, 0, '404: Not Found'),
  methodNotAllowed: () => new DiscordFailure(405, 0, '405: Method Not Allowed'),
  wrongChannelType: () =>
    new DiscordFailure(400, 50_024, 'Cannot execute action on this channel type'),
  threadExists: () =>
    new DiscordFailure(400, 160_004, 'A thread has already been created for this message'),
  unknownChannel: () => new DiscordFailure(404, 10_003, 'Unknown Channel'),
  unknownGuild: () => new DiscordFailure(404, 10_004, 'Unknown Guild'),
  unknownMessage: () => new DiscordFailure(404, 10_008, 'Unknown Message'),
  unknownUser: () => new DiscordFailure(404, 10_013, 'Unknown User'),
  unknownEmoji: () => new DiscordFailure(400, 10_014, 'Unknown Emoji'),
  unknownWebhook: () => new DiscordFailure(404, 10_015, 'Unknown Webhook'),
  unknownInteraction: () => new DiscordFailure(404, 10_062, 'Unknown interaction'),
  tooLarge: () => new DiscordFailure(413, 40_005, 'Request entity too large'),
  alreadyAcknowledged: () =>
    new DiscordFailure(400, 40_060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new DiscordFailure(403, 50_001, 'Missing Access'),
  notYours: () => new DiscordFailure(403, 50_005, 'Cannot edit a message authored by another user'),
  empty: () => new DiscordFailure(400, 50_006, 'Cannot send an empty message'),
  cannotDm: () => new DiscordFailure(403, 50_007, 'Cannot send messages to this user'),
  missingPermissions: () => new DiscordFailure(403, 50_013, 'Missing Permissions'),
  archived: () => new DiscordFailure(400, 50_083, 'Thread is archived'),
  invalidJson: () => new DiscordFailure(400, 50_109, 'The request body contains invalid JSON.'),
} as const;

/** A body that breaks a rule: which field, which rule. */
export function invalidForm(
  path: readonly (string | number)[],
  code: string,
  message: string,
): DiscordFailure {
  const errors = path
    .toReversed()
    .reduce<Json>((inner, key) => ({ [String(key)]: inner }), { _errors: [{ code, message }] });
  return new DiscordFailure(400, 50_035, { message: 'Invalid Form Body', errors });
}
