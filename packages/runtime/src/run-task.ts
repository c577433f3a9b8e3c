import type { InboundBody, Principal, RunTask } from '@cuttle/core-types';
import { authorise } from '@cuttle/security/policy';
import { parseCommand } from './commands/parse-command.ts';

const mostInstructions = 2_000;

/**
 * What a command asks that is work in the session's queue: it takes the session's run place, so that nothing is shortened under an answer.
 * `undefined`: it acts at accept, as do refusals.
 */
export function taskOf(text: string, principal: Principal): RunTask | undefined {
  const command = parseCommand(text);
  if (command?.row.name !== 'compact') return undefined;
  const { name, risk } = command.row;
  const decision = authorise(principal, 'command.run', { kind: 'command', name, risk });
  if (decision.kind !== 'allow') return undefined;
  const instructions = command.rest.slice(0, mostInstructions);
  return { kind: 'compact', ...(instructions !== '' && { instructions }) };
}

/** The message that carries it: the model never reads it. */
export function toTaskBody(task: RunTask): InboundBody {
  return { v: 1, parts: [], messages: [], task };
}
