import { dollarText } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { changeConfig, connectIfRunning } from '../change-config.ts';
import { type Cli, does } from '../command.ts';
import { addInstalledModels } from './installed-models.ts';
import { exitCode } from '../exit-code.ts';
import { toTable } from '../output.ts';
import { toTimeText } from '../time-text.ts';

export function addModel(cli: Cli): void {
  const model = cli.program.command('model').description('Look at, try and choose models.');
  addList(cli, model);
  addTest(cli, model);
  addKeys(cli, model);
  addSet(cli, model);
  addInstalledModels(cli, model);
}

type Model = ResultOf<'models.list'>['models'][number];

function addList(cli: Cli, model: Command): void {
  const command = model
    .command('list')
    .description(
      'Show the models that are set up, the default first, with what a million tokens cost.',
    )
    .option('--refresh', 'also ask each provider for all that it has');
  does<{ refresh?: boolean }>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const result = await client.call('models.list', { refresh: options.refresh ?? false }, signal);
    output.result(result, () => [
      ...toTable(
        ['', 'Model', 'Context', 'Answer', 'Input', 'Output', 'Takes', 'Thinks'],
        result.models.map(toRow),
        output.paint,
      ),
      output.paint('dim', result.reason),
      ...result.failures.map(({ provider, code, message }) =>
        output.paint('yellow', `${provider} did not tell its models. ${code}: ${message}`),
      ),
    ]);
  });
}

function toRow(model: Model): readonly string[] {
  const { id, isDefault, contextWindow, maxOutputTokens, prices, inputs, thinking } = model;
  return [
    isDefault ? '*' : '',
    id,
    contextWindow === undefined ? '' : String(contextWindow),
    maxOutputTokens === undefined ? '' : String(maxOutputTokens),
    prices ? dollarText(prices.input) : 'price unknown',
    prices ? `${dollarText(prices.output)}${prices.tiers ? ' and more' : ''}` : '',
    inputs?.join(', ') ?? '',
    thinking ? thinking.join(', ') || 'no' : '',
  ];
}

function addTest(cli: Cli, model: Command): void {
  const command = model
    .command('test')
    .argument('[model]', '`<provider>/<model>`; the default one without it')
    .description('Ask a model for one word and tell how long it took.');
  does(cli, command, async ({ connect, output, signal }, { args: [ref] }) => {
    const client = await connect();
    const result = await client.call(
      'models.test',
      ref === undefined ? {} : { model: ref },
      signal,
    );
    const { ok, error, firstTokenMs = 0, totalMs = 0 } = result;
    output.result(result, () => [
      ok
        ? `${result.model} answers: first word after ${Math.round(firstTokenMs)} ms, all after ${Math.round(totalMs)} ms.`
        : `${result.model} does not answer. ${error?.code}: ${error?.message}\n${error?.hint}`,
    ]);
    return ok ? exitCode.ok : exitCode.failure;
  });
}

function addSet(cli: Cli, model: Command): void {
  const command = model
    .command('set')
    .argument('<model>', '`<provider>/<model>`')
    .description('Make a model the default, in the configuration file.');
  does(cli, command, async (job, { args: [ref = ''] }) => {
    const client = await connectIfRunning(job);
    if (client) requireProvider(ref, await client.call('providers.status', {}, job.signal));
    else if (!/^[^/]+\/./.test(ref)) throw unknown(ref);
    await changeConfig(job, 'agents.defaults.model', ref);
  });
}

/** A name that leads nowhere would be found out with the next message only. */
function requireProvider(ref: string, { providers }: ResultOf<'providers.status'>): void {
  if (!providers.some(({ id }) => ref.startsWith(`${id}/`) && ref.length > id.length + 1))
    throw unknown(ref);
}

function unknown(ref: string): CuttleError {
  return new CuttleError('model.unknown', `No provider is set up for the model "${ref}".`);
}

function addKeys(cli: Cli, model: Command): void {
  const keys = model
    .command('keys')
    .description('Show the keys of each provider, and which of them rest after a failure.');
  does(cli, keys, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('providers.status', {}, signal);
    const rows = result.providers.flatMap(({ id, keys: own }) =>
      own.flatMap((key) => toKeyRows(id, key)),
    );
    output.result(result, () => {
      if (rows.length === 0) return noKeys;
      return toTable(
        ['Provider', 'Key', 'State', 'Model', 'Until', 'Last error'],
        rows,
        output.paint,
      );
    });
  });
}

const noKeys = [
  'No provider has a key. Set one in the environment, such as ANTHROPIC_API_KEY, or as `providers.<id>.apiKey` in the configuration;',
  'or log in: `cuttle auth login`.',
];

type KeyStatus = ResultOf<'providers.status'>['providers'][number]['keys'][number];

/** A line for each model that the key failed for, or one that says that it is ready. */
function toKeyRows(provider: string, { label, state, failing }: KeyStatus): string[][] {
  if (failing.length === 0) return [[provider, label, state, '', '', '']];
  return failing.map((row) => [
    provider,
    label,
    row.state,
    row.model,
    toTimeText(row.until ?? ''),
    row.code,
  ]);
}
