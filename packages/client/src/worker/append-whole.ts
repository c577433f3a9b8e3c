/** What is used of an open file: https://nodejs.org/api/fs.html#class-filehandle */
export interface AppendedFile {
  write(
    chunk: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
}

/**
 * Puts texts behind the first `bytes` of a file, each wholly or not at all: it is on the disk when the call resolves. Where one rejects, with what the
 * file system said, what was written of it is taken back; as long as that fails too, so does each next one, so that none lies behind half of another.
 */
export function createAppender(file: AppendedFile, bytes: number): (text: string) => Promise<void> {
  let end = bytes;
  let state: 'whole' | 'torn' = 'whole';
  const takeBack = async (): Promise<void> => {
    await file.truncate(end);
    state = 'whole';
  };
  return async (text) => {
    if (state === 'torn') await takeBack();
    const chunk = new TextEncoder().encode(text);
    try {
      await writeAll(file, chunk, end);
      await file.datasync();
    } catch (error) {
      state = 'torn';
      await takeBack().catch(() => {}); // the first failure says more, and the next text tries again
      throw error;
    }
    end += chunk.length;
  };
}

/** A system may write less than it was given, as where the disk is almost full. https://man7.org/linux/man-pages/man2/write.2.html */
async function writeAll(file: AppendedFile, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}
