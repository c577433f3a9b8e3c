/** Reads one after another; asked during a reading, it reads once more. `failed` hears how many readings in a row failed. */
export function createNewest(
  read: () => Promise<void>,
  failed: (error: unknown, failures: number) => void,
): { ask(): void } {
  let asked = false;
  let reading = false;
  let failures = 0;
  const readAll = async (): Promise<void> => {
    while (asked) {
      asked = false;
      try {
        await read();
        failures = 0;
      } catch (error) {
        failures += 1;
        failed(error, failures);
      }
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
