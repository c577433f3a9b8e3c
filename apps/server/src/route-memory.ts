import type { Store } from '@cuttle/core-types/ports';
import type { RouteMemory } from '@cuttle/providers';

const place = { namespace: 'providers', key: 'health' };

/** The state of the keys as one value of the store. */
export function createRouteMemory(store: () => Store): RouteMemory {
  return {
    async load() {
      const row = await store().reader.findValue(place);
      return row?.value;
    },
    save: (state) => store().journal.putValue({ ...place, value: state }),
  };
}
