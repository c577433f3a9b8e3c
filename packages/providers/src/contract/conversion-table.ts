import type { Message, UserPart } from '@cuttle/core-types';
import { userText } from '@cuttle/core-types';
import { text } from '@cuttle/testkit';
import type { Stop } from './any-journey.ts';
import { collectAnswer } from './collect-answer.ts';
import { type SpokenDialect, spokenDialects } from './dialects.ts';
import { proofsOf } from './judge-visit.ts';
import { openStation, walkJourney } from './walk-journey.ts';

/** What becomes of one thing that a transcript holds, read from the request that a dialect's server took. */
interface Row {
  readonly what: string;
  read(dialect: SpokenDialect): Promise<string>;
}

const never = new AbortController().signal;
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const address = 'https://example.com/a.png';
const words = 'plain words';
const encoded = Buffer.from(words).toString('base64');
const bytesOf = (mimeType: string, data: string) =>
  ({ mimeType, source: { kind: 'base64', data } }) as const;
const shot: Extract<UserPart, { type: 'image' }> = {
  type: 'image',
  ...bytesOf('image/png', pixel),
};

/** The page's table: one row for each kind of part or rule, one column for each dialect. */
export async function renderConversions(): Promise<string> {
  const cells = await Promise.all(
    rows.map(async ({ what, read }) => [what, ...(await Promise.all(spokenDialects.map(read)))]),
  );
  const table = [['', ...spokenDialects.map(({ id }) => `\`${id}\``)], ...cells];
  const widths = table[0]?.map((_cell, at) =>
    Math.max(3, ...table.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths?.[at] ?? 0)).join(' | ')} |`;
  const rule = `| ${(widths ?? []).map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [line(head), rule, ...body.map(line)].join('\n');
}

const rows: readonly Row[] = [
  media('an image (PNG)', shot),
  media('an image (TIFF)', { type: 'image', ...bytesOf('image/tiff', pixel) }),
  media('the address of an image', {
    type: 'image',
    mimeType: 'image/png',
    source: { kind: 'url', url: address },
  }),
  media('a PDF', { type: 'document', name: 'a.pdf', ...bytesOf('application/pdf', pixel) }),
  media('a text document', {
    type: 'document',
    name: 'a.txt',
    ...bytesOf('text/plain', encoded),
  }),
  media('audio (MP3)', { type: 'audio', ...bytesOf('audio/mpeg', pixel) }),
  media('a film (MP4)', { type: 'video', ...bytesOf('video/mp4', pixel) }),
  {
    what: 'an image in a result',
    read: async (dialect) => {
      const { body, results } = await send(dialect, afterCall([{ callId: 'c1', ok: true }]));
      if (results.some((result) => result.includes(pixel))) return 'inside it';
      return body.includes(pixel) ? 'behind it' : 'in words';
    },
  },
  {
    what: 'a failed result',
    read: async (dialect) => {
      const { body } = await send(dialect, afterCall([{ callId: 'c1', ok: false }]));
      return body.includes('Error:') ? '`Error: …`' : 'marked';
    },
  },
  {
    what: 'two results at once',
    read: async (dialect) => {
      const calls = ['c1', 'c2'].map((callId) => ({ callId, ok: true }));
      const { body } = await send(dialect, afterCall(calls));
      return topOf(body).filter((turn) => turn.includes('seen')).length === 1
        ? 'one message'
        : 'one each';
    },
  },
  {
    what: 'arguments that are no object',
    read: async (dialect) => {
      const { body } = await send(dialect, afterCall([{ callId: 'c1', ok: true }], '{"broken'));
      return /\\?"input\\?":\s?\\?"\{/.test(body) ? '`{ input }`' : 'the text';
    },
  },
  {
    what: 'an id of 70 characters',
    read: async (dialect) => {
      const callId = 'x'.repeat(70);
      const { body } = await send(dialect, afterCall([{ callId, ok: true }]));
      if (body.includes(callId)) return 'as it is';
      return body.includes('xxxx') ? 'shortened' : 'left out';
    },
  },
  {
    what: 'a tool named `web.search`',
    read: async (dialect) => {
      const { body } = await send(dialect, afterCall([{ callId: 'c1', ok: true }]));
      return `\`${/"(web[^"]*)"/.exec(body)?.[1] ?? ''}\``;
    },
  },
  {
    what: 'system text in the middle',
    read: async (dialect) => {
      const { body } = await send(dialect, [
        userText('first'),
        { role: 'system', parts: [{ type: 'text', text: 'later' }] },
        userText('second'),
      ]);
      const [first, later] = [body.indexOf('"first'), body.search(/later"/)];
      return later > first && body.indexOf('second') > later ? 'in place' : 'with the first';
    },
  },
  { what: 'its own thinking', read: (dialect) => readThought(dialect, dialect) },
  {
    what: "another service's thinking",
    read: (dialect) =>
      readThought(
        spokenDialects.find(({ id }) => id !== dialect.id),
        dialect,
      ),
  },
];

function media(what: string, part: UserPart): Row {
  return {
    what,
    read: async (dialect) => {
      const { body } = await send(dialect, [{ role: 'user', parts: [part] }]);
      if (body.includes('cannot be shown here')) return 'in words';
      if (body.includes(words)) return 'as text';
      if (body.includes(pixel) || body.includes(encoded)) return 'yes';
      return body.includes(address) ? 'yes' : 'left out';
    },
  };
}

function afterCall(
  calls: readonly { readonly callId: string; readonly ok: boolean }[],
  input: string | Record<string, string> = { a: 'b' },
): readonly Message[] {
  const name = 'web.search';
  return [
    userText('Look.'),
    {
      role: 'assistant',
      parts: calls.map(({ callId }) => ({ type: 'tool-call', callId, name, input })),
    },
    {
      role: 'tool',
      parts: calls.map(({ callId, ok }) => ({
        type: 'tool-result',
        callId,
        name,
        ok,
        content: [{ type: 'text', text: 'seen' }, shot],
      })),
    },
  ];
}

interface Sent {
  readonly body: string;
  /** The parts of it that are results of tools. */
  readonly results: readonly string[];
}

/** Throws what the server did not take. */
async function send(dialect: SpokenDialect, messages: readonly Message[]): Promise<Sent> {
  await using server = await dialect.serve(() => [text('ok')]);
  const [model] = dialect.models;
  const provider = dialect.connect(server);
  const { error } = await collectAnswer(provider.stream({ model, messages, tools: [] }, never));
  if (error !== undefined) throw new Error(`${dialect.id} refused it.`, { cause: error });
  const body = server.requests.at(-1)?.text ?? '';
  return { body, results: resultsIn(JSON.parse(body)) };
}

const resultKeys: ReadonlySet<string> = new Set(['toolResult', 'functionResponse']);
const resultTypes: ReadonlySet<unknown> = new Set(['tool_result', 'function_call_output']);

function resultsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]: [string, unknown]): readonly string[] =>
    resultKeys.has(key) || isResult(child) ? [JSON.stringify(child)] : resultsIn(child),
  );
}

function isResult(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return ('type' in node && resultTypes.has(node.type)) || ('role' in node && node.role === 'tool');
}

/** The messages of a request, or its items. */
function topOf(body: string): readonly string[] {
  const parsed: Readonly<Record<string, unknown>> = JSON.parse(body);
  const turns = [parsed['messages'], parsed['contents'], parsed['input']].find(Array.isArray) ?? [];
  return turns.map((turn: unknown) => JSON.stringify(turn));
}

const thinker: Stop = {
  user: [{ type: 'text', text: 'Go on.' }],
  thinking: 'high',
  model: 0,
  thought: 'I shall look.',
  text: ['I look.'],
  calls: [],
  arrived: 100,
};

async function readThought(
  first: SpokenDialect | undefined,
  second: SpokenDialect,
): Promise<string> {
  if (!first) throw new Error('There is one dialect only.');
  await using thought = await openStation(first);
  await using asked = await openStation(second);
  const route = first === second ? [asked, asked] : [thought, asked];
  const last = (await walkJourney([thinker, thinker], route)).at(-1);
  const body = last?.call?.request.text ?? '';
  const proofs = (last?.request.messages ?? []).flatMap((message) =>
    message.role === 'assistant' ? proofsOf(message) : [],
  );
  const came = body.includes('I shall look.') || proofs.some((proof) => body.includes(proof));
  return came ? 'goes back' : 'left out';
}
