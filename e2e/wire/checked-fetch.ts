import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A `fetch` that holds every answer of a gateway's `/v1` against OpenAI's own specification, whatever client it is given to. */
export interface CheckedFetch {
  readonly fetch: typeof fetch;
  /** Reads all bodies to their end and throws if anything was not as specified. */
  assertRight(): Promise<void>;
  /** How many answers and chunks were checked. */
  checked(): number;
}

export async function createCheckedFetch(): Promise<CheckedFetch> {
  const path = new URL('fixtures/openai-answers.schema.json', import.meta.url);
  const schemas = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  const schemaOf = (name: string): z.ZodType =>
    z.fromJSONSchema({ ...schemas, $ref: `#/$defs/${name}` });
  const kinds = {
    whole: schemaOf('CreateChatCompletionResponse'),
    chunk: schemaOf('CreateChatCompletionStreamResponse'),
    error: schemaOf('ErrorResponse'),
    list: schemaOf('ListModelsResponse'),
  };
  const reading: Promise<void>[] = [];
  const faults: string[] = [];
  let checked = 0;
  const check = (kind: keyof typeof kinds, body: unknown): void => {
    checked += 1;
    const { error } = kinds[kind].safeParse(withoutNull(body));
    if (error) faults.push(`${kind}: ${z.prettifyError(error)}\n${JSON.stringify(body)}`);
  };
  const read = async (response: Response, pathname: string): Promise<void> => {
    const text = await response.text();
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!isStream) return check(kindOf(response, pathname), JSON.parse(text));
    const events = eventsOf(text);
    if (events.at(-1) !== '[DONE]') faults.push(`The stream ends with ${events.at(-1)}.`);
    for (const event of events.slice(0, -1)) {
      const body: unknown = JSON.parse(event);
      check(isError(body) ? 'error' : 'chunk', body);
    }
  };
  return {
    async fetch(input, init) {
      const response = await fetch(input, init);
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      // A client that leaves cuts its stream short, which is no fault of the gateway.
      const ignore = (error: unknown): void => {
        if (!init?.signal?.aborted) faults.push(String(error));
      };
      reading.push(read(response.clone(), pathname).catch(ignore));
      return response;
    },
    async assertRight() {
      await Promise.all(reading);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
    checked: () => checked,
  };
}

/** The data of each event; comments are heartbeats. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventsOf(stream: string): readonly string[] {
  return stream
    .split('\n\n')
    .filter((event) => event !== '' && !event.startsWith(':'))
    .map((event) => event.replace(/^data: /, ''));
}

function kindOf({ ok }: Response, pathname: string): 'whole' | 'error' | 'list' {
  if (!ok) return 'error';
  return pathname === '/v1/models' ? 'list' : 'whole';
}

function isError(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body;
}

/** The specification writes `usage` as nullable beside a $ref, which the standard ignores. */
function withoutNull(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('usage' in body) || body.usage !== null)
    return body;
  const { usage: _null, ...rest } = body;
  return rest;
}

/** All that an iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
