import { CuttleError } from '@cuttle/core-types/errors';
import { defineTool, type Tool, type ToolOutput } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { withoutInvisible } from './visible-text.ts';
import type { ConvertPage } from './page-converter.ts';
import { decodeBody, readBody } from './read-body.ts';
import { type Pictures, toPicture } from '../shown-picture.ts';

const maxBytes = 3_000_000;
const pageChars = 12_000;

const maxPictureBytes = 5_000_000;

export interface FetchToolDeps {
  /** The guarded one. */
  readonly fetch: typeof globalThis.fetch;
  readonly convert: ConvertPage;
  /** Absent: pictures are not fetched. */
  readonly pictures?: Pictures | undefined;
}

/** Fetches a page of the open internet as Markdown, or a picture for a model to see; the run is tainted by `web`. */
export function createFetchTool(deps: FetchToolDeps): readonly Tool[] {
  return [
    defineTool({
      name: 'web_fetch',
      description:
        'Fetches a web page or text file by its address and gives its main text as Markdown, or shows a picture (PNG, JPEG, GIF, WebP).',
      input: z.strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .max(4000)
          .describe('The address, with http:// or https://.'),
        offset: z.int().min(0).default(0).describe('Go on from this character of a long text.'),
      }),
      effect: 'pure',
      risk: 'network',
      timeoutMs: 60_000,
      maxOutputChars: pageChars + 2000,
      async run({ url, offset }, context, signal) {
        const response = await deps.fetch(url, {
          signal,
          headers: {
            accept:
              'text/markdown,text/html;q=0.9,text/plain;q=0.8,application/json;q=0.8,image/*;q=0.5,*/*;q=0.1',
            'user-agent': 'Mozilla/5.0 (compatible; Cuttle)',
          },
        });
        // From here on the run holds what a stranger wrote, even if it is only an error page.
        context.taint('web');
        const picture = await readPicture(deps.pictures, { response, url }, signal);
        if (picture) return picture;
        const page = await readPage(deps.convert, response, signal);
        return { text: toPage(page, { url: response.url || url, offset }) };
      },
    }),
  ];
}

/** Undefined for what does not say that it is a picture. Throws `fetch.failed` for one that is none, or is too large. */
async function readPicture(
  pictures: Pictures | undefined,
  { response, url: asked }: { readonly response: Response; readonly url: string },
  signal: AbortSignal,
): Promise<ToolOutput | undefined> {
  const contentType = response.headers.get('content-type') ?? '';
  const isPicture = /^image\/(?!svg)/i.test(contentType);
  if (!pictures || !response.ok || !isPicture) return undefined;
  const { bytes, cut } = await readBody(response, maxPictureBytes);
  if (cut)
    throw new CuttleError(
      'fetch.failed',
      `The picture is larger than ${maxPictureBytes / 1_000_000} MB.`,
    );
  const url = (response.url || asked).slice(0, 500);
  const picture = await toPicture(pictures, { bytes, name: nameOf(url) }, signal);
  if (picture)
    return { ...picture, text: `${textFor('tool.web-content', { url })}\n\n${picture.text}` };
  const what = `is ${contentType.slice(0, 100)}, but not a PNG, JPEG, GIF or WebP`;
  throw new CuttleError('fetch.failed', `The address ${what}.`);
}

/** The last word of a path, as far as it is harmless in a line that a model reads. */
function nameOf(url: string): string {
  const word = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? '';
  return word.replaceAll(/[^\w.%-]/g, '').slice(0, 100) || 'picture';
}

interface ReadPage {
  readonly title: string;
  readonly text: string;
  readonly cut: boolean;
}

async function readPage(
  convert: ConvertPage,
  response: Response,
  signal: AbortSignal,
): Promise<ReadPage> {
  const contentType = response.headers.get('content-type') ?? '';
  const kind = kindOf(contentType);
  if (!response.ok || kind === 'other') {
    await response.body?.cancel();
    const what = response.ok
      ? `is ${contentType.slice(0, 100)}, not text`
      : `answered ${response.status}`;
    throw new CuttleError('fetch.failed', `The address ${what}.`);
  }
  const { bytes, cut } = await readBody(response, maxBytes);
  const text = decodeBody(bytes, contentType);
  if (kind === 'text' && !/^\s*<(?:!doctype html|html)/i.test(text.slice(0, 500)))
    return { title: '', text, cut };
  const { title, markdown } = await convert({ html: text, url: response.url }, signal);
  return { title, text: markdown, cut };
}

function kindOf(contentType: string): 'html' | 'text' | 'other' {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (/^(?:text\/html|application\/xhtml\+xml)\s*$/.test(type)) return 'html';
  const isText =
    /^(?:text\/|application\/(?:json|xml|yaml|toml|javascript|x-ndjson)|[^/]+\/[^/]+\+(?:json|xml|yaml))/.test(
      type,
    );
  return isText || type.trim() === '' ? 'text' : 'other';
}

function toPage(
  { title, text, cut }: ReadPage,
  { url, offset }: { url: string; offset: number },
): string {
  // Cleaned here and not as a whole: the text may be long, and this is the main thread.
  const part = withoutInvisible(text.slice(offset, offset + pageChars)).trim();
  const end = offset + pageChars;
  const lines = [
    textFor('tool.web-content', { url: url.slice(0, 500) }),
    ...(title === '' ? [] : [`# ${title}`]),
    part,
  ];
  if (text === '') lines.push('(The page has no text.)');
  else if (part === '') lines.push(`(The text has only ${text.length} characters.)`);
  if (end < text.length)
    lines.push(`(${text.length - end} more characters: call again with offset ${end}.)`);
  else if (cut)
    lines.push(`(The page is longer than ${maxBytes} bytes; the rest was not fetched.)`);
  return lines.join('\n\n');
}
