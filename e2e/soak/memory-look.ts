import { once } from 'node:events';

/** What a process holds, in MB. */
export interface MemoryLook {
  /** Messages said until then, all of them answered. */
  readonly said: number;
  readonly residentMb: number;
  /** Of the main thread, garbage included. */
  readonly heapMb: number;
  /** What V8 took for it from the machine. */
  readonly heapTotalMb: number;
  readonly externalMb: number;
  /** What is left of heap and buffers of the main thread when garbage has been collected. */
  readonly heldMb: number;
  /** Resident memory after that. */
  readonly residentAfterMb: number;
}

/** Looks at a process that was started with `--inspect`. https://chromedevtools.github.io/devtools-protocol/v8/ */
export async function lookAtMemory(
  inspectorUrl: string,
  said: number,
  residentMb: () => Promise<number>,
): Promise<MemoryLook> {
  const socket = new WebSocket(inspectorUrl);
  await once(socket, 'open');
  let last = 0;
  const call = async <Result>(method: string, params: object = {}): Promise<Result> => {
    last += 1;
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id: last, method, params }));
    const [{ data }] = (await answered) as [{ data: unknown }]; // nothing else is said without being asked for
    const answer = JSON.parse(String(data)) as { result: Result }; // as the protocol answers
    return answer.result;
  };
  const resident = await residentMb();
  const expression = 'process.memoryUsage()';
  const { result } = await call<{ result: { value: NodeJS.MemoryUsage } }>('Runtime.evaluate', {
    expression,
    returnByValue: true,
  });
  const { heapUsed, heapTotal, external } = result.value;
  // Twice: what the first one lets finalizers free goes with the second.
  await call('HeapProfiler.collectGarbage');
  await call('HeapProfiler.collectGarbage');
  const held = await call<{ usedSize: number; backingStorageSize?: number }>(
    'Runtime.getHeapUsage',
  );
  socket.close();
  return {
    said,
    residentMb: resident,
    heapMb: toMb(heapUsed),
    heapTotalMb: toMb(heapTotal),
    externalMb: toMb(external),
    heldMb: toMb(held.usedSize + (held.backingStorageSize ?? 0)),
    residentAfterMb: await residentMb(),
  };
}

const toMb = (bytes: number): number => bytes / 1024 / 1024;
