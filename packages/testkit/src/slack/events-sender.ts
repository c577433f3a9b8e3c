import { createHmac } from 'node:crypto';
import { Json } from '@cuttle/core-types';
import { SlackFailure } from './failure.ts';
import type { Carrier, Deliveries, DeliveryState, Outcome } from './deliveries.ts';

export interface EventsSenderDeps {
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly signingSecret: string;
  readonly answers: Deliveries['answers'];
  readonly kick: () => void;
  /** Within which an answer must come; Slack's is three seconds. */
  readonly answerWithinMs: number;
}

/** Posts to the app's address. https://docs.slack.dev/apis/events-api/using-http-request-urls */
export interface EventsSender extends AsyncDisposable, Carrier {
  readonly url: string | undefined;
  /** Sets the address after its handshake; undefined takes it away. Throws where the handshake fails. */
  setUrl(url: string | undefined): Promise<void>;
}

/** The headers of a request that Slack signed. https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signSlackBody(
  signingSecret: string,
  body: string,
  seconds: number,
): Readonly<Record<string, string>> {
  const signed = createHmac('sha256', signingSecret).update(`v0:${seconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${signed}` };
}

export function createEventsSender(deps: EventsSenderDeps): EventsSender {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  let url: string | undefined;
  return {
    by: 'http',
    inOrder: true,
    get url() {
      return url;
    },
    async setUrl(next) {
      if (next !== undefined) await verify(deps, next, stop.signal);
      url = next;
      deps.kick();
    },
    carry(delivery, settle) {
      if (url === undefined) return false;
      const run = async (to: string): Promise<void> => {
        const outcome = await post(deps, { delivery, url: to }, stop.signal);
        if (!stop.signal.aborted) settle(outcome, outcome === 'taken' ? '' : 'http_error');
      };
      const task = run(url).finally(() => running.delete(task));
      running.add(task);
      return true;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.allSettled(running);
    },
  };
}

interface Post {
  readonly delivery: DeliveryState;
  readonly url: string;
}

async function post(
  deps: EventsSenderDeps,
  { delivery, url }: Post,
  stopped: AbortSignal,
): Promise<Outcome> {
  const { kind, payload, attempts, reason, seq } = delivery;
  const isEvent = kind === 'events_api';
  const body = isEvent ? JSON.stringify(payload) : toForm(kind, payload);
  try {
    const answer = await deps.fetch(url, {
      method: 'POST',
      headers: {
        'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
        ...signSlackBody(deps.signingSecret, body, Math.floor(deps.now() / 1000)),
        ...(attempts > 0 && {
          'x-slack-retry-num': String(attempts),
          'x-slack-retry-reason': reason ?? 'http_error',
        }),
      },
      body,
      signal: AbortSignal.any([stopped, AbortSignal.timeout(deps.answerWithinMs)]),
    });
    const text = await answer.text();
    if (text !== '') deps.answers.set(seq, readAnswer(text));
    return answer.ok ? 'taken' : 'refused';
  } catch {
    return 'refused'; // no answer, or none in time
  }
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#payloads */
function toForm(kind: DeliveryState['kind'], payload: Json): string {
  if (kind === 'interactive')
    return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const fields = Object.entries(payload ?? {}).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return new URLSearchParams(fields).toString();
}

function readAnswer(text: string): Json {
  try {
    return Json.parse(JSON.parse(text));
  } catch {
    return text;
  }
}

/** https://docs.slack.dev/reference/events/url_verification */
async function verify(
  { fetch, signingSecret, now }: EventsSenderDeps,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const challenge = `challenge-${Math.floor(now())}`;
  const body = JSON.stringify({ token: 'legacy', challenge, type: 'url_verification' });
  const headers = {
    'content-type': 'application/json',
    ...signSlackBody(signingSecret, body, Math.floor(now() / 1000)),
  };
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await answer.text();
  if (!answer.ok || !text.includes(challenge))
    throw new SlackFailure({
      error: `Your URL didn't respond with the value of the challenge parameter (HTTP ${answer.status}).`,
    });
}
