import type { NewId, Provenance, Route } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import {
  type Clock,
  type ConversationRef,
  defineTool,
  type Journal,
  type Reader,
  type Tool,
  type ToolContext,
} from '@cuttle/core-types/ports';
import { toMachine } from '@cuttle/security/policy';
import { z } from 'zod';
import { type TaintOf, taintOfSender } from './values/kept-value.ts';
import { personOf } from './values/person-space.ts';

/** Where a run speaks, so that what it plans for later speaks there too. */
export interface Place {
  readonly route: Route;
  readonly conversation: ConversationRef | undefined;
}

interface ReminderDeps {
  readonly journal: Pick<Journal, 'putSchedule' | 'cancelSchedule'>;
  readonly reader: Pick<Reader, 'listSchedules'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: NewId;
  /** The place of the run that a call belongs to. */
  placeOf(context: ToolContext): Place | Promise<Place>;
  readonly taintOf?: TaintOf | undefined;
}

const mostReminders = 100;
const longestMs = 5 * 366 * 86_400_000;

/** Reminders of one person: at a time, the agent is told the text and answers in the same conversation. */
export function createReminderTools(deps: ReminderDeps): readonly Tool[] {
  return [createSet(deps), createList(deps), createCancel(deps)];
}

function createSet(deps: ReminderDeps): Tool {
  return defineTool({
    name: 'reminder_set',
    description:
      'Sets a reminder for this person. Give either inSeconds or at. When it is due you are told the text and answer here.',
    input: z
      .strictObject({
        text: z.string().trim().min(1).max(2000).describe('What to be reminded of.'),
        inSeconds: z
          .int()
          .min(1)
          .max(longestMs / 1000)
          .optional()
          .describe('Seconds from now.'),
        at: z.iso
          .datetime({ offset: true })
          .optional()
          .describe('A moment with its offset, such as 2026-05-01T09:00:00+02:00.'),
      })
      .refine(({ inSeconds, at }) => (inSeconds === undefined) !== (at === undefined), {
        message: 'Give exactly one of inSeconds and at.',
      }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 10_000,
    async run({ text, inSeconds, at }, context, signal) {
      signal.throwIfAborted();
      const owner = personOf(context);
      const nextAt = dueAt(deps.clock.now(), inSeconds, at);
      const pending = await deps.reader.listSchedules({ owner, limit: mostReminders });
      if (pending.length >= mostReminders)
        throw new CuttleError('tool.failed', `There are ${mostReminders} reminders already.`, {
          hint: 'Cancel some with reminder_cancel first.',
        });
      const place = await deps.placeOf(context);
      const { scheduleId } = await deps.journal.putSchedule({
        scheduleId: deps.newId(),
        key: context.key,
        owner,
        sessionKey: context.sessionKey,
        agentId: context.agentId,
        nextAt,
        text,
        principal: toMachine(context.principal),
        provenance: provenanceOf(context, deps.taintOf ?? taintOfSender),
        route: place.route,
        conversation: place.conversation,
      });
      return { text: `Reminder ${scheduleId} is set for ${new Date(nextAt).toISOString()}.` };
    },
  });
}

function createList({ reader }: ReminderDeps): Tool {
  return defineTool({
    name: 'reminder_list',
    description: 'Lists the reminders of this person that are still to come.',
    input: z.strictObject({}),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 10_000,
    async run(_input, context, signal) {
      signal.throwIfAborted();
      const rows = await reader.listSchedules({ owner: personOf(context), limit: mostReminders });
      const lines = rows
        .filter((row) => row.agentId === context.agentId)
        .flatMap(({ scheduleId, nextAt, text }) =>
          nextAt === undefined
            ? []
            : [`- ${scheduleId} at ${new Date(nextAt).toISOString()}: ${text}`],
        );
      return { text: lines.join('\n') || 'No reminder is set.' };
    },
  });
}

function createCancel({ journal }: ReminderDeps): Tool {
  return defineTool({
    name: 'reminder_cancel',
    description: 'Cancels a reminder of this person by its id.',
    input: z.strictObject({
      id: z.string().trim().min(1).max(100).describe('As reminder_list shows it.'),
    }),
    effect: 'keyed',
    risk: 'write',
    timeoutMs: 10_000,
    async run({ id }, context, signal) {
      signal.throwIfAborted();
      const cancelled = await journal.cancelSchedule({ scheduleId: id, owner: personOf(context) });
      return {
        text: cancelled ? `Reminder ${id} is cancelled.` : `No reminder ${id} is set (any more).`,
      };
    },
  });
}

function dueAt(now: number, inSeconds: number | undefined, at: string | undefined): number {
  const due = at === undefined ? now + (inSeconds ?? 0) * 1000 : Date.parse(at);
  if (due <= now)
    throw new CuttleError(
      'schedule.invalid',
      `That is in the past: it is ${new Date(now).toISOString()} now.`,
    );
  if (due > now + longestMs)
    throw new CuttleError('schedule.invalid', 'That is more than five years away.');
  return due;
}

/** Words that a tainted run plans are trusted no more than a guest's when they come back. */
function provenanceOf(context: ToolContext, taintOf: TaintOf): Provenance {
  const { provenance } = context;
  const isTainted = taintOf(context).length > 0 && provenance.trust !== 'stranger';
  return isTainted ? { ...provenance, trust: 'guest' } : provenance;
}
