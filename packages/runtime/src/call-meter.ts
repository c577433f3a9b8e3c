import { type CallTally, createCallTally, type Origin } from '@cuttle/core-types';
import type {
  GivenUpCall,
  ModelEvent,
  ModelProvider,
  ModelRequest,
} from '@cuttle/core-types/ports';

/** A call that came to no answer, with what was asked, from which is estimated what nobody told. */
export interface CutDraft extends GivenUpCall {
  readonly request: Pick<ModelRequest, 'system' | 'messages' | 'tools'>;
}

/** What the calls of a run's attempt have used that ended in no answer, known at each moment: whoever cuts a call asks nobody. */
export interface CallMeter {
  /** The same provider, listened to. */
  watch(provider: ModelProvider): ModelProvider;
  /** Those that were given up, and the last one: cut if it is cut now, whole while its answer is not stored. */
  readonly cuts: readonly CutDraft[];
  /** Without that last one. */
  readonly givenUp: readonly CutDraft[];
  /** The last call is whole and counted elsewhere. */
  settle(): void;
  /** The last call is whole, and counts as given up until it is counted elsewhere: others are made before that. */
  hold(): { settle(): void };
  /** The last call is whole, and its answer is of no use. */
  giveUp(): void;
  /** All are stored. */
  clear(): void;
}

interface Current {
  readonly request: ModelRequest;
  readonly tally: CallTally;
  origin: Origin;
}

export function createCallMeter(): CallMeter {
  let over: CutDraft[] = [];
  let current: Current | undefined;
  let whole: CutDraft | undefined;
  const hear = (event: ModelEvent, call: Pick<Current, 'origin' | 'request'>): void => {
    if (event.type === 'call.start') {
      current = { ...call, origin: event.origin, tally: createCallTally() };
    } else if (event.type === 'call.cut') {
      current = undefined;
      const { type: _type, ...given } = event;
      // What failed before its first word costs nothing.
      if (given.usage || given.said !== '') over.push({ ...given, request: call.request });
    } else if (event.type === 'finish') {
      whole = {
        origin: current?.origin ?? call.origin,
        usage: event.usage,
        said: '',
        request: call.request,
      };
      current = undefined;
    } else {
      current ??= { ...call, tally: createCallTally() };
      if (event.type === 'route') current.origin = event.origin;
      current.tally.hear(event);
    }
  };
  return {
    get cuts() {
      const last = current ? toDraft(current) : whole;
      return last ? [...over, last] : over;
    },
    get givenUp() {
      return over;
    },
    settle() {
      whole = undefined;
    },
    hold() {
      const held = whole;
      whole = undefined;
      return holdIn(over, held);
    },
    giveUp() {
      if (whole) over.push(whole);
      whole = undefined;
    },
    clear() {
      over = [];
      current = undefined;
      whole = undefined;
    },
    watch: (provider) =>
      listenTo(provider, {
        hear,
        fail() {
          if (current?.tally.isHeard) over.push(toDraft(current));
          current = undefined;
        },
      }),
  };
}

function toDraft({ request, tally, origin }: Current): CutDraft {
  return { ...tally.toCut(origin), request };
}

/** Among those that were given up, until it is taken out again. */
function holdIn(over: CutDraft[], held: CutDraft | undefined): { settle(): void } {
  if (held) over.push(held);
  return {
    settle() {
      const place = held ? over.indexOf(held) : -1;
      if (place >= 0) over.splice(place, 1);
    },
  };
}

/** The same provider, each event of which is heard before it is passed on. */
function listenTo(
  provider: ModelProvider,
  listener: {
    hear(event: ModelEvent, call: Pick<Current, 'origin' | 'request'>): void;
    fail(): void;
  },
): ModelProvider {
  const { id, dialect } = provider;
  return {
    id,
    dialect,
    models: (signal) => provider.models(signal),
    async *stream(request, signal) {
      const origin = { dialect, provider: id, model: request.model };
      try {
        for await (const event of provider.stream(request, signal)) {
          listener.hear(event, { origin, request });
          yield event;
        }
      } catch (error) {
        // After an abort it stays as it is: whoever aborted counts it.
        if (!signal.aborted) listener.fail();
        throw error;
      }
    },
  };
}
