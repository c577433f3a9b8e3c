import {
  type AwaitedSubagent,
  defineTool,
  type SubagentRow,
  type Subagents,
  type TakenResults,
  type Tool,
  type ToolContext,
  type ToolOutput,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';

interface AgentDeps {
  readonly subagents: Subagents;
}

const id = z.string().trim().min(1).max(100);
const longestMs = 86_400_000;
const timeoutMs = z.int().min(1).max(longestMs);
const defaultWaitMs = 600_000;

/** Work for others: sub-agents with sessions of their own, and messages to other agents' sessions. */
export function createAgentTools(deps: AgentDeps): readonly Tool[] {
  return [
    createSpawn(deps),
    createWait(deps),
    createSteer(deps),
    createStop(deps),
    createList(deps),
    createSend(deps),
  ];
}

function createSpawn({ subagents }: AgentDeps): Tool {
  return defineTool({
    name: 'agent_spawn',
    description:
      'Gives a task to a sub-agent with a session of its own, beside you. It knows only what the task says. Its result comes to you as a message, or at once with `wait`.',
    input: z.strictObject({
      task: z.string().trim().min(1).max(50_000).describe('What to do, complete in itself.'),
      label: z.string().trim().min(1).max(80).optional().describe('A short name for people.'),
      agent: id.optional().describe('Another agent, by its id. Without it: one like you.'),
      model: z.string().trim().min(1).max(200).optional().describe('`<provider>/<model>`.'),
      worker: z
        .string()
        .trim()
        .min(1)
        .max(64)
        .optional()
        .describe('A program outside, by its name.'),
      tools: z
        .array(z.string().max(100))
        .max(100)
        .optional()
        .describe('Only these of your tools. Without it: all of them.'),
      timeoutMs: timeoutMs.optional().describe('It is ended after so many milliseconds.'),
      wait: z.boolean().default(false).describe('Whether to wait here for its result.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 15_000,
    maxOutputChars: 25_000,
    async run({ task, label, agent, wait, ...rest }, context, signal) {
      signal.throwIfAborted();
      const { subagentId, sessionKey, mustWait } = await subagents.spawn(
        { task, label: label ?? titleOf(task), agentId: agent, ...rest },
        context,
      );
      if (!wait && !mustWait)
        return { text: textFor('subagent.spawned', { id: subagentId, session: sessionKey }) };
      return toOutput(await subagents.takeResults(untilItEnds(subagentId), context), context);
    },
  });
}

/**
 * What was begun with a deadline of its own is waited for until it has ended, late or not: a second clock beside the deadline would
 * run out a moment before it, and the model would be told of work that goes on where there is none.
 */
function untilItEnds(subagentId: string): { subagentIds: readonly string[]; timeoutMs: number } {
  return { subagentIds: [subagentId], timeoutMs: longestMs };
}

/** The first words of a task. */
function titleOf(task: string): string {
  const [line = ''] = task.split('\n', 1);
  return line.length > 60 ? `${line.slice(0, 59).trimEnd()}…` : line;
}

function createWait({ subagents }: AgentDeps): Tool {
  return defineTool({
    name: 'agent_wait',
    description:
      'Waits until sub-agents have ended and gives their results. Without ids: all that you began. Nothing is held meanwhile, however long it takes.',
    input: z.strictObject({
      runIds: z.array(id).min(1).max(100).optional().describe('Ids that agent_spawn gave.'),
      timeoutMs: timeoutMs.default(defaultWaitMs).describe('How long to wait at most.'),
    }),
    effect: 'keyed',
    risk: 'read',
    timeoutMs: 15_000,
    maxOutputChars: 50_000,
    async run({ runIds, timeoutMs: ms }, context, signal) {
      signal.throwIfAborted();
      const input = { subagentIds: runIds, timeoutMs: ms };
      return toOutput(await subagents.takeResults(input, context), context);
    },
  });
}

function toOutput(taken: TakenResults, context: ToolContext): ToolOutput {
  const open = taken.subagents.filter(({ state }) => state === 'queued' || state === 'running');
  if (!taken.settled) {
    const ref = open.map(({ subagentId }) => subagentId).join(',');
    return { text: '', park: { kind: 'child', ref, untilMs: taken.untilMs } };
  }
  for (const { taint } of taken.subagents) for (const source of taint) context.taint(source);
  const unknown = taken.unknown.map((one) => textFor('subagent.unknown', { id: one }));
  const lines = [...taken.subagents.map(describe), ...unknown];
  return { text: lines.join('\n\n') || textFor('subagent.none') };
}

function describe(one: AwaitedSubagent): string {
  const { label, subagentId, sessionKey, outcome, usage, reply, told } = one;
  if (!outcome) return textFor('subagent.still', { label, id: subagentId, state: one.state });
  if (told) return textFor('subagent.told', { label, id: subagentId, status: outcome.status });
  const failed = outcome.status === 'failed' ? [outcome.error.message] : [];
  const text = [...failed, reply ?? ''].filter((part) => part !== '').join('\n\n');
  return textFor('subagent.result', {
    label,
    id: subagentId,
    status: outcome.status === 'aborted' ? `aborted by ${outcome.by}` : outcome.status,
    seconds: Math.round(one.tookMs / 100) / 10,
    input: usage?.inputTokens ?? 0,
    output: usage?.outputTokens ?? 0,
    session: sessionKey,
    text: text === '' ? textFor('subagent.silent') : text,
  });
}

function createSteer({ subagents }: AgentDeps): Tool {
  return defineTool({
    name: 'agent_steer',
    description:
      'Interrupts a sub-agent and tells it something more. It keeps what it knows and goes on with both.',
    input: z.strictObject({
      runId: id.describe('The id that agent_spawn gave.'),
      text: z.string().trim().min(1).max(50_000).describe('What to say to it.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 15_000,
    async run({ runId, text }, context, signal) {
      signal.throwIfAborted();
      const steered = await subagents.steer({ subagentId: runId, text }, context);
      return { text: textFor(steered ? 'subagent.steered' : 'subagent.ended', { id: runId }) };
    },
  });
}

function createStop({ subagents }: AgentDeps): Tool {
  return defineTool({
    name: 'agent_stop',
    description: 'Stops a sub-agent and all that it began, and gives what it had come to.',
    input: z.strictObject({ runId: id.describe('The id that agent_spawn gave.') }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 15_000,
    maxOutputChars: 25_000,
    async run({ runId }, context, signal) {
      signal.throwIfAborted();
      await subagents.stop({ subagentId: runId }, context);
      const input = { subagentIds: [runId], timeoutMs: 0 };
      return toOutput(await subagents.takeResults(input, context), context);
    },
  });
}

function createList({ subagents }: AgentDeps): Tool {
  return defineTool({
    name: 'agent_list',
    description:
      'Lists the sub-agents of this conversation, those below them too, with their state.',
    input: z.strictObject({}),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 15_000,
    async run(_input, context, signal) {
      signal.throwIfAborted();
      const rows = await subagents.list(context);
      // Labels are words of runs that may have read anything.
      if (rows.length > 0) context.taint('file');
      return { text: rows.map(toLine).join('\n') || textFor('subagent.none') };
    },
  });
}

function toLine({ subagentId, label, agentId, state, depth, sessionKey }: SubagentRow): string {
  const indent = '  '.repeat(Math.max(0, depth - 1));
  return `${indent}- ${subagentId} "${label}" (${agentId}): ${state}, session ${sessionKey}`;
}

function createSend({ subagents }: AgentDeps): Tool {
  return defineTool({
    name: 'session_send',
    description:
      'Says something in another session: of yours, or the main one of another agent. It is answered there; with `wait` you get the answer here.',
    input: z.strictObject({
      to: z.string().trim().min(1).max(300).describe('A session key, or the id of an agent.'),
      text: z.string().trim().min(1).max(50_000).describe('The message.'),
      wait: z.boolean().default(false).describe('Whether to wait here for the answer.'),
      timeoutMs: timeoutMs.default(defaultWaitMs).describe('How long to wait at most.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 15_000,
    maxOutputChars: 25_000,
    async run(message, context, signal) {
      signal.throwIfAborted();
      const { sessionKey, subagentId } = await subagents.send(message, context);
      if (subagentId === undefined)
        return { text: textFor('subagent.sent', { session: sessionKey }) };
      return toOutput(await subagents.takeResults(untilItEnds(subagentId), context), context);
    },
  });
}
