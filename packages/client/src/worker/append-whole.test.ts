import { describe, expect, it } from 'vitest';
import { type AppendedFile, createAppender } from './append-whole.ts';

/** A file whose calls fail as they are told to, each once. */
function openFile(begun = '') {
  let bytes = Buffer.from(begun);
  const faults: (keyof AppendedFile)[] = [];
  let room = Infinity;
  const meet = (call: keyof AppendedFile): void => {
    if (faults[0] === call) throw new Error(`no ${faults.shift()}`);
  };
  const file: AppendedFile = {
    async write(chunk, offset, length, position) {
      meet('write');
      const bytesWritten = Math.min(length, room);
      room = Infinity;
      const part = chunk.subarray(offset, offset + bytesWritten);
      bytes = Buffer.concat([
        bytes.subarray(0, position),
        part,
        bytes.subarray(position + part.length),
      ]);
      return { bytesWritten };
    },
    async datasync() {
      meet('datasync');
    },
    async truncate(length) {
      meet('truncate');
      bytes = bytes.subarray(0, length);
    },
  };
  return {
    append: createAppender(file, bytes.length),
    faults,
    /** The next write takes so many bytes at most. */
    leaveRoom: (some: number): void => void (room = some),
    text: (): string => bytes.toString(),
  };
}

describe('what is appended', () => {
  it('lies behind what is there, also where the system takes it in pieces', async () => {
    const { append, leaveRoom, text } = openFile('one\n');
    leaveRoom(2);
    await append('zwölf\n');
    await append('three\n');
    expect(text()).toBe('one\nzwölf\nthree\n');
  });

  it('is taken back where it was not whole, and says why', async () => {
    const { append, faults, leaveRoom, text } = openFile('one\n');
    leaveRoom(2);
    faults.push('datasync');
    await expect(append('two\n')).rejects.toThrow('no datasync');
    expect(text()).toBe('one\n');
    await append('three\n');
    expect(text()).toBe('one\nthree\n');
  });

  it('waits until what was not whole could be taken back: nothing of it is left behind a shorter one', async () => {
    const { append, faults, text } = openFile('one\n');
    faults.push('datasync', 'truncate', 'truncate');
    await expect(append('a long one\n')).rejects.toThrow('no datasync');
    await expect(append('two\n')).rejects.toThrow('no truncate');
    await append('two\n');
    expect(text()).toBe('one\ntwo\n');
  });
});
