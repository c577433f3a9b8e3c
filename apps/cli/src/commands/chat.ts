import type { Client } from '@cuttle/client';
import { toCuttleError } from '@cuttle/core-types/errors';
import { ensureGateway } from '../background.ts';
import { type Cli, does } from '../command.ts';
import { toClient } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { Interrupted, type Job } from '../job.ts';
import { type ChatSession, openChatSession } from '../terminal/chat-session.ts';
import { type AttachCommand, createAttachCommand } from '../terminal/attach-command.ts';
import { createPrinter } from '../terminal/printer.ts';
import { openScreen, type Screen } from '../terminal/screen.ts';

interface ChatOptions {
  readonly session: string;
}

export function addChat(cli: Cli): void {
  const command = cli.program
    .command('chat')
    .description(
      'Talk in the terminal. /attach <files> sends files with the next message, /quit leaves, other slash commands go to the agent; Ctrl-C stops an answer, a second one leaves. Reads lines from a pipe too.',
    )
    .option('-s, --session <key>', 'the session', 'main');
  does<ChatOptions>(cli, command, async (job, { options: { session } }) => {
    const { context, output } = job;
    const told = (): void =>
      output.note('Starting a gateway in the background; `cuttle stop` ends it.');
    const gateway = await ensureGateway(context, { url: job.url, told }, job.signal);
    using client = toClient(context, gateway, 'always');
    await client.connect(job.signal);
    return await talk(job, client, session);
  });
}

async function talk(job: Job, client: Client, sessionKey: string): Promise<number> {
  const { context, output } = job;
  const { paint } = output;
  const leaving = new AbortController();
  await using screen = openScreen(context, paint('bold', '› '));
  const printer = createPrinter(screen, paint);
  const parts = {
    client,
    sessionKey,
    printer,
    page: screen,
    paint,
    newId: context.newId,
    settled: () => {
      if (!chat?.isBusy()) screen.prompt();
    },
  };
  let chat: ChatSession | undefined;
  const opened = await openChatSession(parts, leaving.signal);
  chat = opened;
  tellConnection(client, screen, (text) => paint('dim', text));
  leaveOnSignals(job, { screen, chat: opened, leave: (reason) => leaving.abort(reason) });
  if (screen.isTerminal)
    screen.aside(
      paint(
        'dim',
        `Session ${sessionKey}. /attach sends files, /quit leaves, /help shows what the agent understands.`,
      ),
    );
  screen.prompt();
  const attach = createAttachCommand(context.userFolder);
  return await readLines({ screen, chat: opened, attach }, leaving.signal);
}

interface Talk {
  readonly screen: Screen;
  readonly chat: ChatSession;
  readonly attach: AttachCommand;
}

/** A person may write on while an answer comes; a pipe's next line waits for its turn. */
async function readLines(given: Talk, signal: AbortSignal): Promise<number> {
  const { screen } = given;
  const left = new Promise<'left'>((resolve) => {
    signal.addEventListener('abort', () => resolve('left'), { once: true });
  });
  const lines = screen.lines[Symbol.asyncIterator]();
  const saying = new Set<Promise<void>>();
  for (;;) {
    const next = await Promise.race([lines.next(), left]);
    if (next === 'left') return exitCode.interrupted;
    if (next.done === true) break;
    const text = next.value.trim();
    if (text === '/quit' || text === '/exit') return exitCode.ok;
    if (text === '') screen.prompt();
    else if (!(await readAttach(given, text, signal))) {
      const said = say(given, text).finally(() => saying.delete(said));
      saying.add(said);
      if (!screen.isTerminal && (await Promise.race([said, left])) === 'left')
        return exitCode.interrupted;
    }
  }
  await Promise.race([Promise.all(saying), left]);
  return exitCode.ok;
}

/** Whether the line named what goes along with the next one. It is read before another line is: that may be the next one. */
async function readAttach(
  { screen, chat, attach }: Talk,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const told = await attach.read(text, signal);
    if (told === undefined) return false;
    screen.aside(told);
  } catch (error) {
    if (!signal.aborted) chat.tell(error);
  }
  screen.prompt();
  return true;
}

async function say({ chat, attach }: Talk, text: string): Promise<void> {
  // A command takes no files along: they wait for words.
  const attachments = /^\/[a-z]+(?:\s|$)/i.test(text) ? [] : attach.take();
  if ((await chat.say(text, attachments)) === 'refused') attach.putBack(attachments);
}

function leaveOnSignals(
  { takeSignals }: Job,
  {
    screen,
    chat,
    leave,
  }: { screen: Screen; chat: ChatSession; leave: (reason: Interrupted) => void },
): void {
  /** What was going on at the last Ctrl-C that did not leave. */
  let asked: 'nothing' | 'idle' | 'busy' = 'nothing';
  // Where it cannot be stopped from here, the next Ctrl-C leaves.
  const stop = async (): Promise<void> => {
    try {
      await chat.stop();
      asked = 'nothing';
    } catch (error) {
      screen.aside(toCuttleError(error).message);
    }
  };
  const interrupt = (): void => {
    const now = chat.isBusy() ? 'busy' : 'idle';
    if (asked === now) {
      leave(new Interrupted('SIGINT'));
      return;
    }
    asked = now;
    const isBusy = now === 'busy';
    screen.aside(isBusy ? 'Stopping; Ctrl-C again leaves.' : 'Ctrl-C again, or /quit, leaves.');
    if (isBusy) void stop();
    else screen.prompt();
  };
  screen.onInterrupt(interrupt);
  takeSignals((signal) => {
    if (signal === 'SIGINT') interrupt();
    else leave(new Interrupted(signal));
  });
}

function tellConnection(client: Client, screen: Screen, dim: (text: string) => string): void {
  let isLost = false;
  client.state.subscribe(({ status }) => {
    if (status === 'waiting' && !isLost) {
      isLost = true;
      screen.aside(dim('The connection was lost; trying again.'));
    } else if (status === 'open' && isLost) {
      isLost = false;
      screen.aside(dim('Connected again.'));
    }
  });
}
