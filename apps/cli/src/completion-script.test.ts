import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openBench } from './testing/run-command.ts';

const runFile = promisify(execFile);

async function scriptOf(shell: string): Promise<string> {
  await using cli = await openBench();
  return (await cli.run('completion', shell)).out;
}

it.each([
  [['cuttle', 'con'], 'config'],
  [['cuttle', 'config', 'v'], 'validate'],
  [['cuttle', '--json', 'sessions', 'l'], 'list'],
  [['cuttle', 'completion', 'f'], 'fish'],
  [['cuttle', 'logs', '--fo'], '--follow'],
])('completes %j in bash', async (words, word) => {
  const program = `${await scriptOf('bash')}
COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _cuttle; echo "\${COMPREPLY[@]}"`;
  const { stdout } = await runFile('bash', ['-c', program]);
  expect(stdout.trim()).toBe(word);
});

it('knows every command in the other shells too', async () => {
  expect(await scriptOf('zsh')).toMatch(/^#compdef cuttle\n.*bashcompinit\n_cuttle\(\) \{/);
  expect(await scriptOf('fish')).toContain(
    "complete -c cuttle -f -n '__fish_seen_subcommand_from config' -a validate -d 'Check a configuration file without a gateway.'",
  );
});
