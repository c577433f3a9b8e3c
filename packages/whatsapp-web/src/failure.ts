import type { BridgeFailure } from '@cuttle/core-types/bridge';

/** A command that could not be done, as the gateway is told. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: BridgeFailure;
  /** `false`: it surely had no effect. */
  readonly reached: boolean | undefined;

  constructor(code: BridgeFailure, message: string, reached?: boolean) {
    super(message);
    this.code = code;
    this.reached = reached;
  }
}

/** What WhatsApp says in place of taking a message. Codes are those that Baileys names. */
const refusals: Readonly<Record<string, readonly [BridgeFailure, string]>> = {
  '463': [
    'blocked',
    'WhatsApp lets this account begin no new chats now: let the person write first.',
  ],
  '479': ['invalid', 'WhatsApp refused the message as it was addressed.'],
  '401': ['blocked', 'WhatsApp does not let this account write there.'],
  '403': ['blocked', 'WhatsApp does not let this account write there.'],
  '404': ['invalid', 'This number is not on WhatsApp.'],
  '429': ['rate-limited', 'WhatsApp asks to write less.'],
};

export function toRefusal(error: string): Failure {
  const [code, words] = refusals[error] ?? ['unavailable', 'WhatsApp did not take the message.'];
  return new Failure(code, `${words} (${error})`, false);
}

/** Anything thrown → what the gateway is told. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new Failure('unavailable', words.slice(0, 300));
}
