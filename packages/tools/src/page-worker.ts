import { parentPort } from 'node:worker_threads';
import { convertPage, type HtmlPage } from './web/convert-page.ts';
import type { Reply, Request } from './worker-message.ts';

// The body of the thread that turns pages into Markdown.
parentPort?.on('message', ({ input }: Request<HtmlPage>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(convert(input));
});

function convert(page: HtmlPage): Reply {
  try {
    return { ok: true, output: JSON.stringify(convertPage(page)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The page could not be read.';
    return { ok: false, message: message.slice(0, 500) };
  }
}
