import { isCuttleError } from '@cuttle/core-types/errors';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inspectMedia } from '../sniff/inspect-media.ts';
import { docxOf, pdfBomb, pdfOf, pdfSaying } from '../testing/documents.ts';
import { createDocumentScribe, type DocumentScribeOptions } from './document-scribe.ts';

const payer = { agentId: 'main', personId: 'person' };
const clock = {
  monotonic: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal }),
};

function read(
  bytes: Uint8Array,
  name: string,
  {
    signal = new AbortController().signal,
    ...options
  }: DocumentScribeOptions & {
    readonly signal?: AbortSignal;
  } = {},
) {
  const scribe = createDocumentScribe(
    { clock, readPage: async (html) => `page: ${html}`, maxBytes: () => 2_000_000 },
    options,
  );
  const facts = inspectMedia(bytes, { mimeType: 'application/octet-stream', name });
  return scribe.write({ bytes, facts, name }, payer, signal);
}

async function failureOf(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isCuttleError(error) ? error.code : String(error);
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

describe('createDocumentScribe', () => {
  it('reads a PDF and a Word file, and counts pages', async () => {
    expect(await read(pdfSaying('Hello of a PDF'), 'a.pdf')).toEqual({
      text: 'Hello of a PDF',
      detail: { pages: 1 },
    });
    const body =
      '<w:p><w:r><w:t>Rock &amp; roll &#8364;</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:t>x</w:t><w:tab/><w:t>y</w:t></w:r><w:instrText>HIDDEN</w:instrText></w:p>';
    const { text: words } = await read(docxOf(body), 'b.docx');
    expect(words).toContain('Rock & roll €');
    expect(words).toContain('x\ty');
    expect(words).not.toContain('HIDDEN');
  });

  it('takes text as it is written, and pages as a reader sees them', async () => {
    expect((await read(text('a,b\r\n1,2'), 'x.csv')).text).toBe('a,b\n1,2');
    const wide = Uint8Array.from([0xff, 0xfe, 0x68, 0, 0x69, 0]);
    expect((await read(wide, 'x.txt')).text).toBe('hi');
    expect((await read(text('<p>hi</p>'), 'x.html')).text).toBe('page: <p>hi</p>');
  });

  it.each([
    ['a PDF that is none', text('%PDF-1.4 garbage'), 'x.pdf'],
    ['a page without an end', pdfOf('BT (').subarray(0, 200), 'x.pdf'],
    ['a Word file without text', docxOf('').subarray(0, -30), 'x.docx'],
    ['a Word file that unpacks to too much', docxOf(new Uint8Array(70_000_000)), 'x.docx'],
  ])('says that it cannot read %s', async (_what, bytes, name) => {
    expect(await failureOf(read(bytes, name))).toMatch(/^media\.unreadable$/);
  });

  it('ends the thread of a file that takes too long or too much memory', async () => {
    const bomb = pdfBomb(100_000_000);
    const late = read(bomb, 'x.pdf', { limits: { timeoutMs: 150 } });
    expect(await failureOf(late)).toBe('media.unreadable');
    const large = read(bomb, 'x.pdf', { limits: { maxGrowthMb: 60 } });
    expect(await failureOf(large)).toBe('media.unreadable');
  });

  it('refuses what is too large, and stops when it is told to', async () => {
    expect(await failureOf(read(new Uint8Array(2_000_001).fill(65), 'x.txt'))).toBe(
      'media.too-large',
    );
    const stopped = AbortSignal.abort(new Error('enough'));
    expect(await failureOf(read(pdfSaying('x'), 'x.pdf', { signal: stopped }))).toContain('enough');
  });
});
