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
      await read();
    }
  };
  return {
    ask() {
      asked = true;
      if (reading) return;
      reading = true;
      readAll()
        .catch(failed)
        .finally(() => {
          reading = false;
        });
    },
  };
}
