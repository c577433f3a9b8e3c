import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { z } from 'zod';

/**
 * An answer that a real service once gave: `NAME.case.json` says what was asked, with which status and
 * headers it was answered and what a client should understand; its `body_file` holds the exact bytes.
 */
const CaseFile = z.looseObject({
  name: z.string(),
  provider: z.string(),
  api: z.string(),
  stream: z.boolean(),
  tags: z.array(z.string()),
  request: z
    .looseObject({ method: z.string(), path: z.string(), body: z.unknown().optional() })
    .nullable(),
  response: z.looseObject({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body_file: z.string(),
  }),
  expect: z.looseObject({}),
});

/** How a body is cut into events. */
export type BodyFraming = 'sse' | 'ndjson' | 'event-stream' | 'whole';

export interface RecordedCase {
  readonly name: string;
  readonly provider: string;
  /** The dialect's name in the recordings, such as `anthropic-messages` or `openai-chat`. */
  readonly api: string;
  readonly delivery: 'stream' | 'whole';
  readonly tags: readonly string[];
  /** What was asked; unknown for answers that are taken from documents. */
  readonly request:
    | { readonly method: string; readonly path: string; readonly body: unknown }
    | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly framing: BodyFraming;
  /** What a client should make of it, as the recordings describe it. */
  readonly expected: Readonly<Record<string, unknown>>;
}

/** Reads a case and its body. Throws what zod or the file system says of a case that is not one. */
export async function readRecordedCase(caseFile: string): Promise<RecordedCase> {
  const file = CaseFile.parse(JSON.parse(await readFile(caseFile, 'utf8')));
  const { request, response } = file;
  return {
    name: file.name,
    provider: file.provider,
    api: file.api,
    delivery: file.stream ? 'stream' : 'whole',
    tags: file.tags,
    request:
      request === null
        ? undefined
        : { method: request.method, path: request.path, body: request.body },
    status: response.status,
    headers: response.headers,
    body: await readFile(join(dirname(caseFile), response.body_file)),
    framing: framingOf(response.body_file),
    expected: file.expect,
  };
}

function framingOf(bodyFile: string): BodyFraming {
  switch (extname(bodyFile)) {
    case '.sse':
      return 'sse';
    case '.ndjson':
      return 'ndjson';
    case '.bin':
      return 'event-stream';
    default:
      return 'whole';
  }
}
