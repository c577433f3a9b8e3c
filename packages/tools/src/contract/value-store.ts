import type {
  Journal,
  Reader,
  ScheduleDraft,
  ScheduleRow,
  ValueRow,
} from '@cuttle/core-types/ports';

type ValuePort = Pick<Journal, 'putValue' | 'removeValue' | 'putSchedule' | 'cancelSchedule'> &
  Pick<Reader, 'findValue' | 'listValues' | 'searchValues' | 'listSchedules'>;

/** Values and schedules in memory, as the ports' contract has them. */
export function createValueStore(): ValuePort & {
  readonly values: ReadonlyMap<string, ValueRow>;
  readonly schedules: ReadonlyMap<string, ScheduleDraft>;
} {
  const values = new Map<string, ValueRow & { readonly namespace: string }>();
  const schedules = new Map<string, ScheduleDraft>();
  const once = new Set<string>();
  let time = Date.UTC(2026, 0, 1);
  const of = (namespace: string): readonly ValueRow[] =>
    [...values.values()]
      .filter((row) => row.namespace === namespace)
      .toSorted((one, other) => (one.key < other.key ? -1 : 1));
  return {
    values,
    schedules,
    async putValue({ namespace, key, value, once: mark }) {
      if (mark !== undefined && once.has(mark)) return;
      if (mark !== undefined) once.add(mark);
      time += 1000;
      values.set(JSON.stringify([namespace, key]), { namespace, key, value, updatedAt: time });
    },
    removeValue: async ({ namespace, key }) => values.delete(JSON.stringify([namespace, key])),
    findValue: async ({ namespace, key }) => values.get(JSON.stringify([namespace, key])),
    listValues: async ({ namespace, after = '', limit }) =>
      of(namespace)
        .filter((row) => row.key > after)
        .slice(0, limit),
    searchValues: async ({ namespace, query, limit }) =>
      of(namespace)
        .filter((row) => JSON.stringify(row).includes(query))
        .slice(0, limit),
    async putSchedule(draft) {
      const known = [...schedules.values()].find(({ key }) => key === draft.key);
      if (!known) schedules.set(draft.scheduleId, draft);
      return { scheduleId: known?.scheduleId ?? draft.scheduleId };
    },
    cancelSchedule: async ({ scheduleId, owner }) =>
      schedules.get(scheduleId)?.owner === owner && schedules.delete(scheduleId),
    listSchedules: async ({ owner, limit }) =>
      [...schedules.values()]
        .filter((draft) => owner === undefined || draft.owner === owner)
        .slice(0, limit)
        .map(({ key: _key, ...draft }): ScheduleRow => ({
          ...draft,
          revision: 1,
          lastAt: undefined,
        })),
  };
}
