import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A word that can follow the words before it. */
interface Choice {
  readonly before: readonly string[];
  readonly word: string;
  readonly meaning: string;
}

/** The script for one shell, from the commands as they are. */
export function completionScript(program: Command, shell: Shell): string {
  const choices = choicesOf(program, []);
  switch (shell) {
    case 'bash':
      return bash(choices);
    case 'zsh':
      return `#compdef cuttle\nautoload -U +X bashcompinit && bashcompinit\n${bash(choices)}`;
    case 'fish':
      return fish(choices);
  }
}

function choicesOf(command: Command, before: readonly string[]): readonly Choice[] {
  return [
    ...command.commands.flatMap((sub) => [
      { before, word: sub.name(), meaning: sub.description() },
      ...choicesOf(sub, [...before, sub.name()]),
    ]),
    ...command.options.map(({ long, description }) => ({
      before,
      word: long ?? '',
      meaning: description,
    })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((word) => ({ before, word, meaning: description })),
    ),
  ];
}

function bash(choices: readonly Choice[]): string {
  const rows = [...Map.groupBy(choices, ({ before }) => before.join(' '))].map(
    ([before, group]) => `    "${before}") words="${group.map(({ word }) => word).join(' ')}" ;;`,
  );
  return `_cuttle() {
  local words before="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) before="\${before:+$before }$word" ;; esac
  done
  case "$before" in
${rows.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _cuttle cuttle
`;
}

function fish(choices: readonly Choice[]): string {
  const rows = choices.map(({ before, word, meaning }) => {
    const here = before.map((one) => `__fish_seen_subcommand_from ${one}`).join('; and ');
    const when = here === '' ? '__fish_use_subcommand' : here;
    const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
    return `complete -c cuttle -f -n '${when}' ${what} -d '${meaning.replaceAll("'", "\\'")}'`;
  });
  return `${rows.join('\n')}\n`;
}
