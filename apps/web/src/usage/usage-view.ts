import type { Client } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';

export const shownDays = 30;

export interface UsageReport {
  readonly byDay: ResultOf<'usage.cost'>;
  readonly byModel: ResultOf<'usage.cost'>;
  readonly budgets: ResultOf<'usage.status'>['budgets'];
}

/** The usage of the last days, read each time it is opened. */
export interface UsageView {
  readonly isOpen: ReadonlySignal<boolean>;
  /** `undefined` until it is there. */
  readonly report: ReadonlySignal<UsageReport | undefined>;
  open(): Promise<void>;
  close(): void;
}

export function createUsageView(client: Pick<Client, 'call'>, end: AbortSignal): UsageView {
  const isOpen = signal(false);
  const report = signal<UsageReport | undefined>(undefined);
  return {
    isOpen,
    report,
    async open() {
      isOpen.value = true;
      report.value = undefined;
      const [byDay, byModel, { budgets }] = await Promise.all([
        client.call('usage.cost', { by: 'day', days: shownDays }, end),
        client.call('usage.cost', { by: 'model', days: shownDays }, end),
        client.call('usage.status', { days: 1 }, end),
      ]);
      report.value = { byDay, byModel, budgets };
    },
    close() {
      isOpen.value = false;
    },
  };
}
