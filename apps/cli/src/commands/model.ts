import { type Cli, does } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { toTable } from '../output.ts';

export function addModel(cli: Cli): void {
  const model = cli.program.command('model').description('Look at and try models.');
  const list = model
    .command('list')
    .description('Show the models that are set up, the default first.');
  does(cli, list, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('models.list', {}, signal);
    output.result(result, () => [
      ...toTable(
        ['', 'Model', 'Context'],
        result.models.map(({ id, isDefault, contextWindow }) => [
          isDefault ? '*' : '',
          id,
          contextWindow === undefined ? '' : `${contextWindow} tokens`,
        ]),
        output.paint,
      ),
      output.paint('dim', result.reason),
    ]);
  });
  const test = model
    .command('test')
    .argument('[model]', '`<provider>/<model>`; the default one without it')
    .description('Ask a model for one word and tell how long it took.');
  does(cli, test, async ({ connect, output, signal }, { args: [ref] }) => {
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
