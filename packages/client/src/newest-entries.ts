/** Reads one after another; asked during a reading, it reads once more. */
export function createNewest(
  read: () => Promise<void>,
  failed: (error: unknown) => void,
): { ask(): void } {
  let asked = false;
  let reading = false;
  const readAll = async (): Promise<void> => {
    while (asked) {
      asked = false;
      await read().catch(failed);
    }
    // In the same turn as the last look: whoever asks from now on is heard.
    reading = false;
  };
  return {
    ask() {
      asked = true;
      if (reading) return;
      reading = true;
      void readAll(); // never rejects
    },
  };
}
