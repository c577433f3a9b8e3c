import { createInterface } from 'node:readline';
import { CuttleError } from '@cuttle/core-types/errors';
import type { LoginPerson } from '@cuttle/providers/login';
import { Interrupted, type Job } from '../job.ts';
import { plain } from '../paint.ts';
import { openRedirectListener } from './redirect-listener.ts';

/** The person at this terminal, or the program that runs the command. */
export function createPerson(
  job: Job,
  { browser }: { readonly browser: 'here' | 'elsewhere' },
): LoginPerson {
  const { context, output } = job;
  return {
    listen: async (redirect, signal) =>
      browser === 'here' ? openRedirectListener(redirect, signal) : undefined,
    async show({ url, code }) {
      const opened = browser === 'here' && (await context.openBrowser(url));
      const lines = [
        opened
          ? 'The page to log in on is opened in your browser. If it is not, open:'
          : 'Open this page to log in:',
        '',
        `  ${plain(url)}`,
        '',
        ...(code === undefined ? [] : [`Its code: ${code}`, '']),
      ];
      // To stderr, also with `--json`: nobody could go on without it.
      context.stderr.write(`${lines.join('\n')}\n`);
      if (code !== undefined) output.note('Waiting until it is confirmed. Ctrl-C ends it.');
    },
    paste: (signal) => paste(job, signal),
  };
}

async function paste({ context, output }: Job, signal: AbortSignal): Promise<string> {
  const { stdin, stdout } = context;
  if (!output.json && stdin.isTTY === true && stdout.isTTY === true) {
    const { text } = await import('@clack/prompts');
    const pasted = await text({
      message: 'Paste the code, or the address that the browser ended at',
      input: stdin,
      output: stdout,
      signal,
    });
    signal.throwIfAborted();
    if (typeof pasted !== 'string') throw new Interrupted('SIGINT');
    return pasted;
  }
  return readLine(context.stdin, signal);
}

async function readLine(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input, signal });
  try {
    for await (const line of reader) if (line.trim() !== '') return line;
  } finally {
    reader.close();
  }
  signal.throwIfAborted();
  throw new CuttleError('login.refused', 'No code came in.', {
    hint: 'Give the code, or the address that the browser ended at, as a line of input.',
  });
}
