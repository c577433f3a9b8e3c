import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openBench } from '../testing/run-command.ts';
import { openScriptedGateway } from '../testing/scripted-gateway.ts';

const pull = { provider: 'box', model: 'gemma3' };
const layer = { ...pull, state: 'running', status: 'pulling abc', totalBytes: 2e9 };
/** A download in three steps, told one after the other. */
function pulling(last: object): Record<string, () => unknown> {
  const steps = [
    { ...layer, doneBytes: 5e8 },
    { ...layer, doneBytes: 1e9 },
    { ...pull, ...last },
  ];
  let revision = 0;
  return {
    'models.pull': () => ({ ...pull, state: 'running', status: 'waiting' }),
    'models.pulls': () => {
      revision += 1;
      return { revision, pulls: [steps[revision - 1] ?? steps.at(-1)] };
    },
  };
}
const done = { state: 'done', status: 'success' };

describe('cuttle model pull', () => {
  it('says each step in a line where there is no terminal', async () => {
    await using gateway = await openScriptedGateway(pulling(done));
    await using bench = await openBench();
    await bench.announce(gateway.url);
    expect(await bench.run('model', 'pull', 'gemma3')).toEqual({
      status: 0,
      out: 'box/gemma3 is there.\n',
      err: 'waiting\npulling abc 20%\npulling abc 50%\n',
    });
    expect(gateway.received.at(-1)).toMatchObject({ params: { after: 2 } });
  });

  it('draws a bar on a terminal, and takes it away at the end', async () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    await using gateway = await openScriptedGateway(pulling(done));
    await using bench = await openBench({ stderr });
    await bench.announce(gateway.url);
    let err = '';
    stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    const { out } = await bench.run('model', 'pull', 'gemma3');
    expect(err).toContain('████████████░░░░░░░░░░░░ 50%  1.0 GB of 2.0 GB  pulling abc');
    expect(err.endsWith('\r\u001B[2K')).toBe(true);
    expect(out).toBe('box/gemma3 is there.\n');
  });

  it('says why there is no model, and one value with --json', async () => {
    const error = { code: 'provider.invalid', message: 'No such file.', hint: 'Look it up.' };
    const failed = { state: 'failed', status: 'failed', error };
    await using gateway = await openScriptedGateway(pulling(failed));
    await using bench = await openBench();
    await bench.announce(gateway.url);
    const { status, out, err } = await bench.run('model', 'pull', 'gemma3', '--json');
    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(JSON.parse(out)).toEqual({ ...pull, ...failed });
  });
});

describe('cuttle model ps, rm and keys', () => {
  it('show what is there, and remove it', async () => {
    const model = { provider: 'box', model: 'qwen3:latest', digest: 'a'.repeat(64), bytes: 2e9 };
    await using gateway = await openScriptedGateway({
      'models.running': () => ({ models: [model], failures: [] }),
      'models.remove': () => ({ ok: true }),
    });
    await using bench = await openBench();
    await bench.announce(gateway.url);
    expect((await bench.run('model', 'ps')).out).toContain(
      'box/qwen3:latest  2.0 GB  aaaaaaaaaaaa',
    );
    expect((await bench.run('model', 'rm', 'qwen3')).out).toBe('qwen3 is removed.\n');
    expect(gateway.received.at(-1)).toMatchObject({ params: { model: 'qwen3' } });
  });

  it('say what to do where there is nothing', async () => {
    await using gateway = await openScriptedGateway({
      'models.running': () => ({ models: [], failures: [] }),
      'providers.status': () => ({ providers: [], default: 'offline/offline', reason: '' }),
    });
    await using bench = await openBench();
    await bench.announce(gateway.url);
    expect((await bench.run('model', 'ps')).out).toContain('cuttle model pull <model>');
    expect((await bench.run('model', 'keys')).out).toContain('cuttle auth login');
  });
});
