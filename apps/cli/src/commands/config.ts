import {
  formatProblem,
  loadConfig,
  parseConfigPath,
  readLooseValue,
  redactConfig,
  toJsonSchema,
} from '@cuttle/config';
import type { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { changeConfig, configFileOf, connectIfRunning } from '../change-config.ts';
import type { Job } from '../job.ts';

export function addConfig(cli: Cli): void {
  const config = cli.program
    .command('config')
    .description('Read, check and change the configuration.');
  addGet(cli, config);
  addSet(cli, config);
  addUnset(cli, config);
  addValidate(cli, config);
  addSchema(cli, config);
}

function addGet(cli: Cli, config: Command): void {
  const command = config
    .command('get')
    .argument('[path]', 'for example gateway.port')
    .description(
      'Show the configuration, or one key of it, as it is in force; secrets are left out.',
    );
  does(cli, command, async (job, { args: [path] }) => {
    const whole = await readShown(job);
    const value = path === undefined ? whole : pick(whole, path);
    if (value === undefined)
      throw new CuttleError('config.invalid', `There is no key ${path}.`, {
        hint: '`cuttle config get` shows all of them.',
      });
    job.output.result(value, () => [
      typeof value === 'string' ? value : JSON.stringify(value, undefined, 2),
    ]);
  });
}

function addSet(cli: Cli, config: Command): void {
  const command = config
    .command('set')
    .argument('<path>', 'for example agents.list[0].model')
    .argument('<value>', 'JSON5, or else text')
    .description('Set one key in the file; comments and layout stay.');
  does(
    cli,
    command,
    async (job, { args: [path = '', value = ''] }) =>
      changeConfig(job, path, readLooseValue(value) as Json), // JSON5 is JSON but for NaN and Infinity, which no key takes
  );
}

function addUnset(cli: Cli, config: Command): void {
  const command = config
    .command('unset')
    .argument('<path>', 'for example agents.defaults.model')
    .description('Take one key out of the file, so that its default holds.');
  does(cli, command, async (job, { args: [path = ''] }) => changeConfig(job, path, null));
}

function addValidate(cli: Cli, config: Command): void {
  const command = config
    .command('validate')
    .argument('[file]', 'default: the one in use')
    .description('Check a configuration file without a gateway.');
  does(cli, command, async ({ context, output }, { args: [given] }) => {
    const file = given ?? (await configFileOf(context));
    const { problems, sources } = await loadConfig({ file, env: context.env });
    const warnings = problems.map(formatProblem);
    output.result({ ok: true, file, sources, warnings }, () => [
      ...warnings.map((warning) => output.paint('yellow', warning)),
      sources.length === 0 ? `There is no file ${file}; the defaults hold.` : `${file} is right.`,
    ]);
  });
}

function addSchema(cli: Cli, config: Command): void {
  const command = config
    .command('schema')
    .description('Print the JSON Schema of the configuration, for editors.');
  does(cli, command, async ({ output }) => {
    const schema = toJsonSchema();
    output.result(schema, () => [JSON.stringify(schema, undefined, 2)]);
  });
}

/** What is in force in the gateway that runs, or would be in one that started now. */
async function readShown(job: Job): Promise<Json> {
  const client = await connectIfRunning(job);
  if (client) return (await client.call('config.get', {}, job.signal)).config;
  const { config } = await loadConfig({
    file: await configFileOf(job.context),
    env: job.context.env,
  });
  return redactConfig(config);
}

function pick(value: Json, path: string): Json | undefined {
  return parseConfigPath(path).reduce<Json | undefined>((inner, part) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    if (Array.isArray(inner)) return inner[Number(part)];
    return Object.hasOwn(inner, part) ? inner[String(part)] : undefined;
  }, value);
}
