import type { MenuCommand } from '@cuttle/core-types/ports';
import { commandTable } from './command-table.ts';
import { menuWords } from './menu-words.ts';

/** The table as platforms register it: what only the owner may use is shown to the owner alone. */
export function toMenu(owners: readonly string[]): readonly MenuCommand[] {
  return commandTable.map(({ name, args, description, risk }) => ({
    name,
    args,
    description,
    descriptions: menuWords[name],
    ...(risk === 'owner' && { onlyFor: owners }),
  }));
}
