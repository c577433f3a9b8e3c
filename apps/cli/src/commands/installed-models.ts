import { CuttleError } from '@cuttle/core-types/errors';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import type { Job } from '../job.ts';
import { toTable } from '../output.ts';
import { plain } from '../paint.ts';
import { toTimeText } from '../time-text.ts';

type Pull = ResultOf<'models.pull'>;

/** Models on the machines of Ollama servers. */
export function addInstalledModels(cli: Cli, model: Command): void {
  addPull(cli, model);
  addRemove(cli, model);
  addRunning(cli, model);
}

function addPull(cli: Cli, model: Command): void {
  const command = model
    .command('pull')
    .argument('<model>', 'a name of Ollama, or `<provider>/<model>`')
    .description('Download a model to an Ollama server. It goes on if you leave.');
  does(cli, command, async (job, { args: [wanted = ''] }) => {
    const client = await job.connect();
    const begun = await client.call('models.pull', { model: wanted }, job.signal);
    const progress = createProgress(job);
    let last: Pull = begun;
    let after: number | undefined;
    while (last.state === 'running') {
      progress.show(last);
      const since = after === undefined ? {} : { after };
      const { revision, pulls } = await client.call('models.pulls', since, job.signal);
      after = revision;
      const found = pulls.find(
        (one) => one.provider === begun.provider && one.model === begun.model,
      );
      if (!found) throw new CuttleError('internal', 'The gateway knows of no such download.');
      last = found;
    }
    progress.end();
    job.output.result(last, () => [toResult(last)]);
    return last.state === 'done' ? exitCode.ok : exitCode.failure;
  });
}

function toResult({ provider, model, state, error }: Pull): string {
  if (state === 'done') return `${provider}/${model} is there.`;
  return `${provider}/${model} could not be downloaded. ${error?.code}: ${error?.message}\n${error?.hint}`;
}

interface Progress {
  show(pull: Pull): void;
  end(): void;
}

/** A bar that is drawn over itself on a terminal, else a line for each step and each tenth. */
function createProgress({ context: { stderr }, output }: Job): Progress {
  if (output.json) return { show() {}, end() {} };
  let shown = '';
  if (stderr.isTTY !== true)
    return {
      show({ status, doneBytes = 0, totalBytes = 0 }) {
        const tenth = totalBytes > 0 ? ` ${Math.floor((doneBytes / totalBytes) * 10) * 10}%` : '';
        const line = `${plain(status)}${tenth}`;
        if (line !== shown) output.note(line);
        shown = line;
      },
      end() {},
    };
  return {
    show(pull) {
      shown = toBar(pull, stderr.columns ?? 80);
      stderr.write(`\r\u001B[2K${shown}`);
    },
    end() {
      if (shown !== '') stderr.write('\r\u001B[2K');
    },
  };
}

const barCells = 24;

function toBar({ status, doneBytes = 0, totalBytes = 0 }: Pull, columns: number): string {
  const step = plain(status);
  if (totalBytes <= 0) return step.slice(0, columns - 1);
  const part = Math.min(1, doneBytes / totalBytes);
  const full = Math.round(part * barCells);
  const bar = `${'█'.repeat(full)}${'░'.repeat(barCells - full)}`;
  const words = `${bar} ${Math.floor(part * 100)}%  ${toSize(doneBytes)} of ${toSize(totalBytes)}  ${step}`;
  return words.slice(0, columns - 1);
}

function toSize(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

function addRemove(cli: Cli, model: Command): void {
  const command = model
    .command('rm')
    .argument('<model>', 'a name of Ollama, or `<provider>/<model>`')
    .description('Remove a model from its Ollama server.');
  does(cli, command, async ({ connect, output, signal }, { args: [wanted = ''] }) => {
    const client = await connect();
    const result = await client.call('models.remove', { model: wanted }, signal);
    output.result(result, () => [`${wanted} is removed.`]);
  });
}

function addRunning(cli: Cli, model: Command): void {
  const command = model
    .command('ps')
    .description('Show the models on the Ollama servers, and until when they are in memory.');
  does(cli, command, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('models.running', {}, signal);
    output.result(result, () => [
      ...(result.models.length === 0
        ? ['No model is there: `cuttle model pull <model>` downloads one.']
        : toTable(
            ['Model', 'Size', 'Digest', 'In memory until'],
            result.models.map(({ provider, model: name, bytes, digest, loadedUntil = '' }) => [
              `${provider}/${name}`,
              toSize(bytes),
              digest.slice(0, 12),
              toTimeText(loadedUntil),
            ]),
            output.paint,
          )),
      ...result.failures.map(({ provider, code, message }) =>
        output.paint('yellow', `${provider} did not tell its models. ${code}: ${message}`),
      ),
    ]);
  });
}
