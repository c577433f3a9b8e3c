import { parseJson } from '@cuttle/core-types';
import type { Clock } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { createLazyWorker } from '../lazy-worker.ts';
import { workerFile } from '../worker-file.ts';
import type { HtmlPage, MarkdownPage } from './convert-page.ts';

/** The main text of a page as Markdown. Throws `tool.failed` or `tool.timeout`. */
export type ConvertPage = (page: HtmlPage, signal: AbortSignal) => Promise<MarkdownPage>;

const Answer = z.object({ title: z.string(), markdown: z.string() });

/**
 * A converter in a thread of its own, since pages are large and written by strangers. `worker` is the file of the thread
 * where it is not beside this package's own build.
 */
export function createPageConverter(
  { clock }: { readonly clock: Pick<Clock, 'sleep'> },
  options: { readonly worker?: URL; readonly timeoutMs?: number } = {},
): { readonly convert: ConvertPage } & AsyncDisposable {
  const worker = createLazyWorker<HtmlPage>({
    url: options.worker ?? workerFile('page-worker'),
    clock,
    timeoutMs: options.timeoutMs ?? 10_000,
    maxHeapMb: 384,
  });
  return {
    convert: async (page, signal) => parseJson(Answer, await worker.ask(page, signal)),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
