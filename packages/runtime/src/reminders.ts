import type { AcceptInput, ScheduleRow } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { bodyHash } from './body-hash.ts';
import type { Kernel } from './kernel.ts';
import { readyAfterAccept } from './ready-after-accept.ts';
import { agentSettings } from './settings.ts';

/** Longest sleep before the rows are asked again: a clock that jumped is noticed. */
const mostSleepMs = 30_000;

/** Fires schedules that are due. The rows are the truth; the timer only says when to look. */
export interface Reminders {
  /** A schedule was added or changed: look again. */
  wake(): void;
  /** Runs until aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export function createReminders(kernel: Kernel): Reminders {
  let nudge = new AbortController();
  return {
    wake: () => nudge.abort(),
    async run(signal) {
      while (!signal.aborted) {
        nudge = new AbortController();
        const next = await fireDue(kernel).catch((error: unknown) => {
          kernel.log.error('Schedules could not be fired; they are tried again.', { error });
          return undefined;
        });
        const sleepMs = Math.min(mostSleepMs, Math.max(0, (next ?? Infinity) - kernel.clock.now()));
        await kernel.clock.sleep(sleepMs, AbortSignal.any([signal, nudge.signal])).catch(() => {}); // woken early
      }
    },
  };
}

async function fireDue(kernel: Kernel): Promise<number | undefined> {
  const due = await kernel.store.reader.findDueSchedules({ now: kernel.clock.now(), limit: 100 });
  for (const schedule of due) await fire(kernel, schedule);
  return kernel.store.reader.nextScheduleAt();
}

/** A firing is an inbound like any other; its external id names the instant, so that it comes once. */
async function fire(kernel: Kernel, schedule: ScheduleRow): Promise<void> {
  const { scheduleId, revision, nextAt, sessionKey, agentId, principal, provenance, route } =
    schedule;
  if (nextAt === undefined) return;
  const settings = kernel.settings();
  const text = textFor('schedule.reminder', { text: schedule.text });
  const mode = 'followup';
  const accept: AcceptInput = {
    inboundId: kernel.newId(),
    accountId: provenance.accountId,
    externalId: `schedule:${scheduleId}:${revision}:${nextAt}`,
    bodyHash: await bodyHash(text),
    sessionKey,
    agentId: agentSettings(settings, agentId)?.id ?? settings.defaultAgentId,
    conversation: schedule.conversation,
    principal,
    provenance,
    taint: [],
    route,
    mode,
    body: { v: 1, parts: [{ type: 'text', text }] },
    verdict: { kind: 'queue' },
    bounds: { perSession: Number.MAX_SAFE_INTEGER, total: Number.MAX_SAFE_INTEGER },
  };
  kernel.point('schedule.fire.before.commit');
  const result = await kernel.store.journal.fireSchedule({
    scheduleId,
    revision,
    instant: nextAt,
    accept,
  });
  kernel.point('schedule.fire.after.commit');
  if (result) readyAfterAccept(kernel, { sessionKey, text, mode, isControl: false }, result);
}
