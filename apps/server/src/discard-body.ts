/** So much of a refused request's body is read and thrown away, for so long: its client then hears why, and may send the next one. */
const mostBytes = 64 * 1024 * 1024;
const mostMs = 5000;

/** Reads what nobody wanted of a body. False where it is too much: the connection cannot be used again. */
export async function discardBody(request: Request): Promise<boolean> {
  if (request.bodyUsed || !request.body) return true;
  const reader = request.body.getReader();
  const late = AbortSignal.timeout(mostMs);
  late.addEventListener('abort', () => void reader.cancel(late.reason).catch(() => {}), {
    once: true,
  }); // it may have ended meanwhile
  try {
    for (let bytes = 0; bytes <= mostBytes;) {
      const { done, value } = await reader.read();
      if (done) return !late.aborted;
      bytes += value.byteLength;
    }
    await reader.cancel();
    return false;
  } catch {
    return false; // the client left
  }
}
