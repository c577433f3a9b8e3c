import { type Cli, does } from '../command.ts';
import { completionScript, type Shell, shells } from '../completion-script.ts';
import { Argument } from 'commander';

export function addCompletion(cli: Cli): void {
  const command = cli.program
    .command('completion')
    .addArgument(new Argument('<shell>').choices([...shells]))
    .description(
      'Print a script that completes commands in your shell: `source <(cuttle completion bash)`.',
    );
  does(cli, command, async ({ output }, { args: [given] }) => {
    const shell = shells.find((one): one is Shell => one === given) ?? 'bash';
    const script = completionScript(cli.program, shell);
    output.result({ shell, script }, () => [script.trimEnd()]);
  });
}
