import type { Clock, Store } from '@cuttle/core-types/ports';
import type { PersonData } from '@cuttle/sessions';

/** A picture that was put in the last minute may be of a message that is on its way. */
const graceMs = 60_000;

/**
 * Bytes that only a person's messages named. Their rows go with the transcripts, before this; the archive has its media by the messages that
 * name it, so there is nothing to give here.
 */
export function createPersonMedia(deps: {
  readonly store: Pick<Store, 'blobs'>;
  readonly clock: Clock;
}): PersonData {
  const { store, clock } = deps;
  return {
    area: 'media',
    async *export() {},
    async purge(_purge, signal) {
      const { count, stuck } = await store.blobs.free({ before: clock.now() - graceMs }, signal);
      const warnings = stuck === 0 ? [] : [`${stuck} files in blobs could not be removed.`];
      return { count, warnings };
    },
  };
}
