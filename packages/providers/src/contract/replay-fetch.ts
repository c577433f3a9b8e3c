import type { Fetch } from '../exchange/strict-fetch.ts';
import type { AnswerCase } from './answer-cases.ts';

/** The bytes of a recording in pieces of a size, as a service's answer without a socket. */
export function replayFetch(answer: AnswerCase, pieceBytes = Infinity): Fetch {
  return async () => {
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= answer.bytes.length) return controller.close();
        controller.enqueue(answer.bytes.slice(at, at + pieceBytes));
        at += pieceBytes;
      },
    });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}
