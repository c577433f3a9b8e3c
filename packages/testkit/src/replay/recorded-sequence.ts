import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { BodyFraming, RecordedCase } from './recorded-case.ts';

/** A value of an answer that the next request must hold, such as the id of a tool call. */
const Echo = z.looseObject({ kind: z.string(), value: z.string() });

const SequenceFile = z.looseObject({
  name: z.string(),
  provider: z.string(),
  api: z.string(),
  stream: z.boolean(),
  steps: z.array(
    z.looseObject({
      request: z.looseObject({ path: z.string(), body: z.unknown().optional() }),
      response: z.looseObject({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.string().optional(),
        body_b64: z.string().optional(),
      }),
      expect: z.looseObject({}),
      must_appear_in_next_request: z.array(Echo),
    }),
  ),
});

export interface RecordedStep extends RecordedCase {
  readonly mustComeBack: readonly { readonly kind: string; readonly value: string }[];
}

/** A conversation with a real service: its answers in order, and what had to be sent back of each. */
export interface RecordedSequence {
  readonly name: string;
  readonly provider: string;
  readonly api: string;
  readonly steps: readonly RecordedStep[];
}

/** Reads a sequence. Throws what zod or the file system says of a file that is not one. */
export async function readRecordedSequence(file: string): Promise<RecordedSequence> {
  const sequence = SequenceFile.parse(JSON.parse(await readFile(file, 'utf8')));
  const { name, provider, api, stream } = sequence;
  const steps = sequence.steps.map((step, index): RecordedStep => {
    const { request, response } = step;
    return {
      name: `${name}, step ${index + 1}`,
      provider,
      api,
      delivery: stream ? 'stream' : 'whole',
      tags: [],
      request: { method: 'POST', path: request.path, body: request.body },
      status: response.status,
      headers: response.headers,
      body:
        response.body_b64 === undefined
          ? Buffer.from(response.body ?? '', 'utf8')
          : Buffer.from(response.body_b64, 'base64'),
      framing: framingOf(response.headers['content-type'] ?? ''),
      expected: step.expect,
      mustComeBack: step.must_appear_in_next_request,
    };
  });
  return { name, provider, api, steps };
}

function framingOf(contentType: string): BodyFraming {
  if (contentType.includes('event-stream')) {
    return contentType.includes('amazon') ? 'event-stream' : 'sse';
  }
  return contentType.includes('ndjson') ? 'ndjson' : 'whole';
}
