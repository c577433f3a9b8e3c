import { CuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent } from '@cuttle/core-types/ports';
import { createEventStreamFramer } from './event-stream.ts';
import { createFramer, type Frame, type Framing } from './framing.ts';
import { mostCalls } from './limits.ts';

/** Their records → our events. Throws `provider.*`. */
export interface AnswerDecoder {
  decode(frame: Frame): Iterable<ModelEvent>;
  /** The body ended: what is still owed, or a throw if the answer is not whole. */
  end(): Iterable<ModelEvent>;
}

/** In text, or in Amazon's binary messages. */
export type AnswerFraming = Framing | 'event-stream';

/** Bytes → events. Whatever follows `finish` is not decoded. */
export interface AnswerReader {
  read(bytes: Uint8Array): Iterable<ModelEvent>;
  end(): Iterable<ModelEvent>;
  readonly finished: boolean;
}

export function createAnswerReader(deps: {
  readonly service: string;
  readonly framing: AnswerFraming;
  readonly maxAnswerBytes: number;
  readonly decoder: AnswerDecoder;
}): AnswerReader {
  const { framing } = deps;
  const framer = framing === 'event-stream' ? createEventStreamFramer() : createFramer(framing);
  let finished = false;
  let size = 0;
  let calls = 0;
  function* decode(frames: readonly Frame[]): Generator<ModelEvent, void, void> {
    try {
      for (const frame of frames) {
        for (const event of deps.decoder.decode(frame)) {
          finished = event.type === 'finish';
          if (event.type === 'tool.call') calls += 1;
          if (calls > mostCalls) throw tooMany(deps.service);
          yield event;
        }
        if (finished) return;
      }
    } catch (error) {
      throw error instanceof RangeError ? tooDeep(deps.service, error) : error;
    }
  }
  return {
    get finished() {
      return finished;
    },
    *read(bytes) {
      if (finished) return;
      size += bytes.byteLength;
      if (size > deps.maxAnswerBytes) throw tooLong(deps.service, deps.maxAnswerBytes);
      yield* decode(framer.push(bytes));
      if (framer.shape === 'page') throw page(deps.service);
    },
    *end() {
      if (!finished) yield* decode(framer.end());
      if (!finished) yield* deps.decoder.end();
    },
  };
}

function tooLong(service: string, maxBytes: number): CuttleError {
  return new CuttleError('provider.malformed', `${service} answered more than ${maxBytes} bytes.`, {
    hint: 'Raise maxAnswerBytes of this provider if such answers are meant.',
  });
}

/** An answer of calls without number. */
export function tooMany(service: string): CuttleError {
  return new CuttleError(
    'provider.malformed',
    `${service} answered with more than ${mostCalls} calls.`,
  );
}

/** Nesting deeper than the stack. */
function tooDeep(service: string, cause: RangeError): CuttleError {
  return new CuttleError(
    'provider.malformed',
    `${service} sent a record that is nested too deep.`,
    {
      cause,
    },
  );
}

function page(service: string): CuttleError {
  return new CuttleError('provider.invalid', `${service} answered with a web page.`, {
    hint: 'Check baseUrl: a login page, a proxy or another web server answers there.',
  });
}
