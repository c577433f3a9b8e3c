import { setTimeout as sleep } from 'node:timers/promises';
import { type Doors, toCalls, toText } from '../batch.ts';
import type { Shape } from './shape.ts';

/** A client of the OpenAI-compatible door that asks again under its key until it is answered; then once more. */
export const http: Shape = {
  name: 'http',
  async say(batch, doors, signal) {
    const id = `${batch.number}-http`;
    const step = toCalls(batch, [{ effect: 'keyed', name: `${id}-call`, delayMs: 30 }]);
    const place = `http:${id}`;
    batch.said.push({ id, place, order: 0, expects: 'answer' });
    const answers = [
      await complete(doors, { id, words: `${step} over http` }, signal),
      await complete(doors, { id, words: `${step} over http` }, signal),
    ];
    const [first = '', second] = answers;
    if (first !== second)
      batch.violations.push(`${place} was answered "${first}", then "${second}"`);
    batch.answers.push({ place, text: first });
  },
};

async function complete(
  { url, token }: Doors,
  { id, words: said }: { id: string; words: string },
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': id,
        },
        body: JSON.stringify({
          model: 'cuttle',
          messages: [{ role: 'user', content: toText(id, said) }],
        }),
        signal,
      });
      const text = await response.text();
      if (response.status !== 200) throw new TypeError(`HTTP ${response.status}: ${text}`);
      return textOfCompletion(text);
    } catch (error) {
      signal.throwIfAborted();
      // The gateway is down or went down: `fetch` says no more than that.
      if (!(error instanceof TypeError) || error.message.startsWith('HTTP 4')) throw error;
      await sleep(20, undefined, { signal });
    }
  }
}

function textOfCompletion(text: string): string {
  // What our own door answers; a wrong shape is told by the judge as a lost answer.
  const { choices } = JSON.parse(text) as {
    readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
  };
  return choices?.[0]?.message?.content ?? '';
}
