import type { Command } from 'commander';
import { exitMeanings } from './exit-code.ts';

/** The page of the documentation with every command. */
export function cliReference(program: Command): string {
  const statuses = exitMeanings.map(([code, meaning]) => `- ${code}: ${meaning}`);
  return `# Commands

Generated from the program; do not edit. What the words mean: [configuration.md](../configuration.md) and \`cuttle help\`.

Every command takes:

${describeOptions(program)}

Results go to stdout, everything else to stderr; with \`--json\` the result is one JSON value and a failure is \`{"error": {"code", "message", "hint", …}}\` on stderr. Colours are left out where the output is no terminal or \`NO_COLOR\` is set.

Exit statuses:

${statuses.join('\n')}
${program.commands.flatMap((command) => describeCommand(command, 'cuttle')).join('')}`;
}

function describeCommand(command: Command, before: string): readonly string[] {
  const name = `${before} ${command.name()}`;
  if (command.commands.length > 0)
    return command.commands.flatMap((sub) => describeCommand(sub, name));
  const given = command.registeredArguments.map((argument) => {
    const label = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
    const choices = argument.argChoices?.join(', ') ?? argument.description;
    return { label, line: `- \`${label}\`: ${choices}` };
  });
  const title = [name, ...given.map(({ label }) => label)].join(' ');
  const details = [...given.map(({ line }) => line), describeOptions(command)].filter(Boolean);
  const list = details.length === 0 ? '' : `\n${details.join('\n')}\n`;
  return [`\n## \`${title}\`\n\n${command.description()}\n${list}`];
}

function describeOptions(command: Command): string {
  return command.options
    .filter(({ long }) => long !== '--version')
    .map(({ flags, description, defaultValue, mandatory }) => {
      // Every default of ours is a text or a number.
      const fallback =
        typeof defaultValue === 'string' || typeof defaultValue === 'number'
          ? ` (default: ${defaultValue})`
          : '';
      return `- \`${flags}\`: ${description}${mandatory ? ' (required)' : ''}${fallback}`;
    })
    .join('\n');
}
