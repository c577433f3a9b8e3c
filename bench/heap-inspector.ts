import { once } from 'node:events';

/**
 * What a process that was started with `--inspect` still holds on the heap of its main thread, buffers included, when garbage has been collected;
 * in MB. https://chromedevtools.github.io/devtools-protocol/v8/
 */
export async function heldHeapMb(inspectorUrl: string): Promise<number> {
  const socket = new WebSocket(inspectorUrl);
  await once(socket, 'open');
  let last = 0;
  const call = async (method: string): Promise<unknown> => {
    last += 1;
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id: last, method }));
    const [{ data }] = (await answered) as [{ data: unknown }]; // nothing else is said without being asked for
    const answer = JSON.parse(String(data)) as { result: unknown }; // as the protocol answers
    return answer.result;
  };
  // Twice: what the first one lets finalizers free goes with the second.
  await call('HeapProfiler.collectGarbage');
  await call('HeapProfiler.collectGarbage');
  const usage = await call('Runtime.getHeapUsage');
  socket.close();
  const { usedSize, backingStorageSize = 0 } = usage as HeapUsage; // the method's own result
  return (usedSize + backingStorageSize) / 1024 / 1024;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}
