import type { CommandInput, ControlRow } from '@cuttle/core-types/ports';
import type { Kernel } from '../kernel.ts';
import type { ParsedCommand } from './parse-command.ts';

/** What a command says and does; it is committed together with its inbound's fate. */
export type CommandEffect = Omit<CommandInput, 'inboundId' | 'outbound'>;

/** What stands behind a command's name. */
export type CommandWords = Pick<ParsedCommand, 'args' | 'rest'>;

/** Decides what a command says and does, from what there is; it writes nothing. `undefined`: its words were not understood, and its usage is told. */
export type CommandHandler = (
  kernel: Kernel,
  row: ControlRow,
  words: CommandWords,
) => Promise<CommandEffect | undefined>;
