import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Command {
  /** Resolves with the first match in what it says; rejects with all of it where it ended before. */
  until(words: RegExp): Promise<string>;
  readonly end: Promise<{ readonly status: unknown; readonly out: string; readonly err: string }>;
  /** Asks it to end. */
  kill(): void;
}

export function startCommand(
  file: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Command {
  const child = spawn(file, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const end = once(child, 'close').then(([status]: unknown[]) => ({ status, ...said }));
  return {
    end,
    kill: () => void child.kill('SIGTERM'),
    async until(words) {
      for (;;) {
        const [found] = words.exec(said.out) ?? [];
        if (found !== undefined) return found;
        const news = await Promise.race([once(child.stdout, 'data'), end]);
        if (!Array.isArray(news)) throw new Error(`It ended.\n${news.out}${news.err}`);
      }
    },
  };
}
