/** Does a piece of work and tells the CPU time of this thread that it took: on a busy machine the clock on the wall says little. */
export function withCpuMs<Value>(work: () => Value): {
  readonly value: Value;
  readonly cpuMs: number;
} {
  const before = process.threadCpuUsage();
  const value = work();
  const { user, system } = process.threadCpuUsage(before);
  return { value, cpuMs: (user + system) / 1000 };
}
