/**
 * What is opened with its first use, and shared from then on. What could not be opened, for want of a file handle perhaps, is tried
 * again with the next use.
 */
export function createOpener<Value>(open: () => Promise<Value>): () => Promise<Value> {
  let opened: Promise<Value> | undefined;
  const forget = (error: unknown): never => {
    opened = undefined;
    throw error;
  };
  return () => (opened ??= open().catch(forget));
}
