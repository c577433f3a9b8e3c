import type { Client, Follow } from '@cuttle/client';
import { CuttleError } from '@cuttle/core-types/errors';
import type { RunStatus } from '@cuttle/core-types/protocol';
import { ensureGateway } from '../background.ts';
import { type Cli, does } from '../command.ts';
import { toClient } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { Interrupted, type Job } from '../job.ts';
import { readAll } from '../read-all.ts';
import { type ReadAttachment, readAttachments } from '../read-attachments.ts';
import { untilLive } from '../terminal/until-live.ts';
import { toItems } from '../terminal/items.ts';
import { createPrinter, type Printer } from '../terminal/printer.ts';
import { watchAsks } from '../terminal/watch-asks.ts';

interface RunOptions {
  readonly session: string;
  readonly new?: boolean;
  readonly attach?: readonly string[];
}

export function addRun(cli: Cli): void {
  const command = cli.program
    .command('run')
    .argument('<message>', 'what to say; `-` reads it from the input')
    .description(
      'Say something and print the answer. Starts a gateway in the background when none runs.',
    )
    .option('-s, --session <key>', 'the session', 'main')
    .option('--new', 'a session of its own')
    .option('-a, --attach <file...>', 'files that go along: pictures, documents, recordings');
  does<RunOptions>(cli, command, async (job, { args: [given = ''], options }) => {
    const { context, output } = job;
    const message = given === '-' ? (await readAll(context.stdin)).trim() : given;
    // A file that cannot be read is told before anything is started.
    const attachments = await readAttachments(options.attach ?? [], job.signal);
    const sessionKey = options.new ? `run-${context.newId()}` : options.session;
    const told = (): void =>
      output.note('Starting a gateway in the background; `cuttle stop` ends it.');
    const gateway = await ensureGateway(context, { url: job.url, told }, job.signal);
    using client = toClient(context, gateway, 'always');
    await client.connect(job.signal);
    const status = await ask(job, client, { sessionKey, message, attachments });
    if (output.json) output.result({ sessionKey, ...status }, () => []);
    return status.status === 'completed' ? exitCode.ok : tellWhy(job, status);
  });
}

/** Sends a message and shows the answer while it grows; resolves with what became of it. */
async function ask(
  job: Job,
  client: Client,
  {
    sessionKey,
    message,
    attachments,
  }: { sessionKey: string; message: string; attachments: readonly ReadAttachment[] },
): Promise<RunStatus> {
  const { context, output } = job;
  const leaving = new AbortController();
  const signal = AbortSignal.any([job.signal, leaving.signal]);
  const follow = client.follow(sessionKey, { limit: 20 }, signal);
  const { activeRunId, queued, ...before } = await untilLive(follow);
  const isBusy = activeRunId !== undefined || queued.length > 0;
  const page = {
    write: output.write,
    aside: (text: string) => void context.stderr.write(`${text}\n`),
  };
  const printer = createPrinter(
    page,
    output.paint,
    (id) => `cuttle approvals approve ${id}, or deny`,
  );
  printer.skip(toItems(before));
  printer.expect(message);
  // Someone else's answer would come first: then only ours is shown, when it is there.
  if (isBusy) output.note('Another message is being answered first.');
  else if (!output.json) showWhileItGrows(follow, printer);
  const place = { client, sessionKey: follow.current.sessionKey };
  if (!output.json) watchAsks(place, (asks) => printer.show(asks), signal);

  const files = attachments.length === 0 ? {} : { attachments: [...attachments] };
  const params = { sessionKey, message, idempotencyKey: context.newId(), ...files };
  const sent = await client.call('chat.send', params, signal);
  stopOnSignal(job, { client, runId: sent.runId, leave: (reason) => leaving.abort(reason) });
  const status = await untilDecided(client, sent, signal);
  // What a failure says is told as a failure.
  if (!output.json && status.status !== 'failed') finish(printer, status.text ?? '');
  printer.endLine();
  return status;
}

function showWhileItGrows(follow: Follow, printer: Printer): void {
  // How it ended is told at the end, by the exit status too.
  follow.subscribe((session) =>
    printer.show(toItems(session).filter(({ kind }) => kind !== 'end')),
  );
}

/** The first signal stops the run, which then tells its end; the second one leaves. */
function stopOnSignal(
  { takeSignals, output }: Job,
  { client, runId, leave }: { client: Client; runId: string; leave: (reason: Interrupted) => void },
): void {
  let count = 0;
  takeSignals((signal) => {
    count += 1;
    if (signal !== 'SIGINT' || count > 1) {
      leave(new Interrupted(signal));
      return;
    }
    output.note('Stopping; Ctrl-C again leaves without waiting.');
    client.call('chat.abort', { runId }, AbortSignal.timeout(10_000)).catch((error: unknown) => {
      // Nobody is left to stop it: leaving is all there is to do.
      if (error instanceof Error) leave(new Interrupted(signal));
    });
  });
}

async function untilDecided(
  client: Client,
  { runId, status, reply }: { runId: string; status: string; reply?: string | undefined },
  signal: AbortSignal,
): Promise<RunStatus> {
  if (status === 'command') return { runId, status: 'completed', text: reply };
  for (;;) {
    const known = await client.call('agent.wait', { runId, timeoutMs: 60_000 }, signal);
    if (!['queued', 'running', 'waiting', 'timeout'].includes(known.status)) return known;
  }
}

/** Shows what of the answer was not shown while it grew. */
function finish(printer: Printer, text: string): void {
  const shown = printer.answer();
  // Nothing was lost where only the way it is put together differs.
  if (text.trim() !== shown.trim()) {
    const rest = text.startsWith(shown) ? text.slice(shown.length) : text;
    printer.show([{ kind: 'text', key: 'rest', text: rest }]);
  }
  printer.endLine();
}

function tellWhy({ output }: Job, { status, outcome, reason }: RunStatus): number {
  if (status === 'aborted' || status === 'cancelled') return exitCode.interrupted;
  if (outcome?.status === 'failed') {
    const { code, message, hint } = outcome.error;
    if (!output.json) output.note([`${code}: ${message}`, hint ?? ''].join('\n').trim());
    return exitCode.failure;
  }
  throw new CuttleError(
    'run.aborted',
    `The message was ${status}${reason === undefined ? '' : ` (${reason})`}.`,
  );
}
