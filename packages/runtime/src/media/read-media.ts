import type { Message, UserPart } from '@cuttle/core-types';
import type { Kernel } from '../kernel.ts';

const readMs = 10_000;

/** Messages with the bytes of their media in them, as they came. */
export async function readMedia(
  kernel: Pick<Kernel, 'store'>,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const read = async (part: UserPart): Promise<UserPart> => {
    if (part.type === 'text' || part.source.kind !== 'blob') return part;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(readMs)]);
    const { bytes } = await kernel.store.blobs.read(part.source.sha256, limit);
    return { ...part, source: { kind: 'base64', data: Buffer.from(bytes).toString('base64') } };
  };
  return Promise.all(
    messages.map(async (message) =>
      message.role === 'user' && message.parts.some(({ type }) => type !== 'text')
        ? { ...message, parts: await Promise.all(message.parts.map(read)) }
        : message,
    ),
  );
}
