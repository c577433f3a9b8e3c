import { toCuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import type { CommandHandler } from './command-handler.ts';
import { toolsFor } from './tools-command.ts';

const deadlineMs = 10_000;

/** `/memory [words]`: asks the agent's memory as a tool would for this person here, so that nobody finds more than the agent would tell them. */
export const memoryCommand: CommandHandler = async (kernel, row, { rest }) => {
  const query = rest.trim().slice(0, 400);
  const wanted = query === '' ? 'memory_list' : 'memory_search';
  const offered = toolsFor(kernel, row).find(({ tool }) => tool.name === wanted);
  if (offered?.gate !== 'allow') return { reply: textFor('access.command', { command: 'memory' }) };
  const { tool } = offered;
  const input = tool.input.parse(query === '' ? {} : { query });
  const { agentId, sessionKey, principal, provenance, inboundId } = row;
  const context = {
    runId: inboundId,
    agentId,
    sessionKey,
    principal,
    provenance,
    key: inboundId,
    // Its words are read by a person and reach no model.
    taint: () => {},
    send: () => [],
    act: async () => '',
    progress: () => {},
  };
  try {
    const { text } = await tool.run(input, context, AbortSignal.timeout(deadlineMs));
    return { reply: text };
  } catch (error) {
    kernel.log.warn('The memory could not be asked by a command.', { error, inboundId });
    return { reply: textFor('memory.failed', { message: toCuttleError(error).message }) };
  }
};
