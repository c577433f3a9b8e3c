import type { Fetch } from '../exchange/strict-fetch.ts';

export interface BytesAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A service without a socket: the bytes of an answer, in pieces of a size. */
export function bytesFetch(answer: BytesAnswer, pieceBytes = Infinity): Fetch {
  return async () => {
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= answer.body.length) return controller.close();
        controller.enqueue(new Uint8Array(answer.body.subarray(at, at + pieceBytes)));
        at += pieceBytes;
      },
    });
    const { status = 200, headers = {} } = answer;
    return new Response(body, { status, headers });
  };
}
