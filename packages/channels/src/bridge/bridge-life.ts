import { parseJson } from '@cuttle/core-types';
import { type BridgeCommand, BridgeEvent, bridgeVersion } from '@cuttle/core-types/bridge';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ChannelDeps } from '../channel-definition.ts';
import type { BridgeProgram } from './bridge-host.ts';
import { readLines } from './read-lines.ts';
import { toBridgeError } from './bridge-failure.ts';

type Without<Command> = Command extends { readonly id: string } ? Omit<Command, 'id'> : never;
/** A command that is answered; its id is given here. */
export type BridgeRequest = Without<BridgeCommand>;

/** What a bridge says by itself. */
export type BridgeNews = Exclude<BridgeEvent, { readonly type: 'ready' | 'done' | 'failed' }>;

/** One life of a bridge's program, and what is asked of it. */
export interface BridgeLife {
  /** Resolves when it was done. Throws `channel.*` or `media.*`; where the program ends meanwhile, what became of it is not known. */
  ask(request: BridgeRequest, signal: AbortSignal): Promise<void>;
  /** A message was stored. */
  taken(event: string): void;
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>;
  readonly isOver: boolean;
  /** Ends its input, which ends the program; one that does not is killed. */
  close(): Promise<void>;
}

interface LifeDeps extends Pick<ChannelDeps, 'clock' | 'log'> {
  /** The platform's name, for what an error says. */
  readonly platform: string;
  readonly onNews: (news: BridgeNews) => void;
}

type Answer = Extract<BridgeEvent, { readonly type: 'done' | 'failed' }>;

const graceMs = 3000;

/** Whatever the program writes, this goes on; what is no line of the contract is told in the log and left. */
// oxlint-disable-next-line max-lines-per-function -- one life's state and the few calls over it read best together
export function createBridgeLife(program: BridgeProgram, deps: LifeDeps): BridgeLife {
  const { platform } = deps;
  const waiting = new Map<string, PromiseWithResolvers<Answer>>();
  const ready = Promise.withResolvers<void>();
  // Whoever asks hears of it; nobody may ask.
  ready.promise.catch(() => {});
  const garbage = createGarbageLog(deps);
  let how: string | undefined;
  let asked = 0;
  const gone = (reached: boolean): CuttleError =>
    new CuttleError(
      'channel.unavailable',
      `The bridge of ${platform} is gone: ${how ?? 'ended'}.`,
      {
        details: { reached },
      },
    );
  const ended = program.end.then((words) => {
    how = words;
    ready.reject(gone(false));
    for (const { reject } of waiting.values()) reject(gone(true));
    return words;
  });
  const hear = (line: string): void => {
    const event = parseEvent(line);
    if (event === undefined) garbage('it wrote a line that is none of ours', line);
    else if (event.type === 'ready') greet(event.version);
    else if (event.type === 'done' || event.type === 'failed')
      waiting.get(event.id)?.resolve(event);
    else deps.onNews(event);
  };
  const greet = (version: number): void => {
    if (version === bridgeVersion) return ready.resolve();
    garbage(`it speaks version ${version}, not ${bridgeVersion}`, '');
    program.kill();
  };
  readLines(program.output, hear, () => garbage('it wrote a line without an end', ''));
  readLines(
    program.errors,
    (line) => garbage('it said', line),
    () => {},
  );
  // What could not be written any more is known by the end of the program.
  program.input.on('error', () => {});
  const write = (command: BridgeCommand): void =>
    void program.input.write(`${JSON.stringify(command)}\n`);
  return {
    ended,
    get isOver() {
      return how !== undefined;
    },
    taken: (event) => write({ type: 'taken', event }),
    async ask(request, signal) {
      await unlessAborted(ready, signal);
      if (how !== undefined) throw gone(false);
      asked += 1;
      const id = String(asked);
      const answered = Promise.withResolvers<Answer>();
      waiting.set(id, answered);
      try {
        write({ ...request, id });
        const answer = await unlessAborted(answered, signal);
        if (answer.type === 'failed') throw toBridgeError(platform, answer);
      } finally {
        waiting.delete(id);
      }
    },
    async close() {
      program.input.end();
      const over = new AbortController();
      const patience = deps.clock.sleep(graceMs, over.signal).then(
        () => program.kill(),
        () => {}, // it went by itself
      );
      await ended;
      over.abort();
      await patience;
    },
  };
}

function parseEvent(line: string): BridgeEvent | undefined {
  try {
    return parseJson(BridgeEvent, line);
  } catch {
    return undefined;
  }
}

const mostWarnings = 50;

/** A program that writes without end fills no log. */
function createGarbageLog({ log, platform }: LifeDeps): (what: string, line: string) => void {
  let told = 0;
  return (what, line) => {
    told += 1;
    if (told > mostWarnings) return;
    const last = told === mostWarnings ? ' What follows is left out.' : '';
    log.warn(`The bridge of ${platform}: ${what}.${last}`, { line: line.slice(0, 500) });
  };
}

async function unlessAborted<T>(
  { promise }: Pick<PromiseWithResolvers<T>, 'promise'>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
