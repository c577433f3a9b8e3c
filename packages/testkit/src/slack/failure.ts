import type { Json } from '@cuttle/core-types';

export interface SlackFault {
  /** Slack's word, such as `channel_not_found`. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
  readonly error: string;
  /** 200 without it, as Slack answers nearly every refusal. */
  readonly status?: number;
  /** What was wrong with which argument. */
  readonly messages?: readonly string[];
  readonly needed?: string;
  readonly provided?: string;
  /** Seconds, as the `Retry-After` header. */
  readonly retryAfter?: number;
}

/** A refusal as the Web API words it. https://docs.slack.dev/apis/web-api/#responses */
export class SlackFailure extends Error {
  override readonly name = 'SlackFailure';
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly body: Json;

  constructor({ error, status, messages, needed, provided, retryAfter }: SlackFault) {
    super(error);
    this.status = status ?? (retryAfter === undefined ? 200 : 429);
    this.retryAfter = retryAfter;
    this.body = {
      ok: false,
      error,
      ...(needed !== undefined && { needed, provided: provided ?? '' }),
      ...(messages && { response_metadata: { messages: [...messages] } }),
    };
  }
}
