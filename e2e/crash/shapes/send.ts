import { type Batch, type Doors, toText } from '../batch.ts';

/** Sent again by the client under the same key until it is acknowledged. Resolves with the id that it has then. */
export async function send(
  { batch, doors: { client } }: { readonly batch: Batch; readonly doors: Doors },
  message: {
    readonly session: string;
    readonly id: string;
    readonly words: string;
    readonly answer?: string;
    readonly mode?: 'steer';
    readonly attachments?: readonly { mimeType: string; name: string; data: string }[];
    readonly expects?: 'answer' | 'cut-short';
  },
  signal: AbortSignal,
): Promise<string> {
  const { session, id, words: said, answer, mode, attachments, expects = 'answer' } = message;
  const order = batch.said.length;
  const place = `ws:${session}`;
  batch.sessions.add(session);
  batch.said.push({ id, place, order, expects, answer });
  const params = {
    sessionKey: session,
    message: toText(id, said),
    idempotencyKey: id,
    ...(mode && { queueMode: mode }),
    ...(attachments && { attachments: [...attachments] }),
  };
  const { runId } = await client.call('chat.send', params, signal);
  return runId;
}
