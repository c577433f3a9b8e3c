import { describe, expect, it } from 'vitest';
import { matchCommands, withCommand } from './slash-menu.ts';
import { maxUploadBytes, toUpload, whatFits } from './uploads.ts';
import { nextIndex } from '../app/next-index.ts';

const commands = [
  { name: 'help', args: '', description: '' },
  { name: 'model', args: '[provider/model]', description: '' },
  { name: 'approve', args: '[id] [deny]', description: '' },
  { name: 'new', args: '', description: '' },
];
const names = (draft: string): string[] => matchCommands(commands, draft).map(({ name }) => name);

describe('matchCommands', () => {
  it('offers what begins with the letters, then what holds them', () => {
    expect(names('/')).toEqual(['help', 'model', 'approve', 'new']);
    expect(names('/e')).toEqual(['help', 'model', 'approve', 'new']);
    expect(names('/p')).toEqual(['help', 'approve']);
    expect(names('/MO')).toEqual(['model']);
  });

  it('offers nothing where no command is being written', () => {
    expect(['', 'hello', ' /help', '/model ', '/etc/hosts', '/zzz'].flatMap(names)).toEqual([]);
  });

  it('sends a command that takes nothing, and waits for the arguments of others', () => {
    expect(withCommand(commands[0] ?? { name: '', args: '', description: '' })).toEqual({
      text: '/help',
      complete: true,
    });
    expect(withCommand(commands[1] ?? { name: '', args: '', description: '' })).toEqual({
      text: '/model ',
      complete: false,
    });
  });
});

describe('toUpload', () => {
  it('reads a file as base64, whatever its size below the limit', async () => {
    const bytes = new Uint8Array(100_000).map((_, index) => index % 256);
    const result = await toUpload(new File([bytes], 'a.bin'));
    expect(result).toMatchObject({
      ok: true,
      upload: { name: 'a.bin', mimeType: 'application/octet-stream' },
    });
    expect(result.ok && Buffer.from(result.upload.data, 'base64').equals(Buffer.from(bytes))).toBe(
      true,
    );
  });

  it('takes along what one message holds together', () => {
    const of = (name: string, bytes: number) => ({
      name,
      mimeType: 'x/y',
      data: 'A'.repeat((bytes / 3) * 4),
    });
    const more = [of('a', 3_000_000), of('b', 3_000_000), of('c', 3000)];
    expect(whatFits([of('known', 3_000_000)], more).map(({ name }) => name)).toEqual(['a']);
    expect(whatFits([], more).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('refuses a file that fits into no message', async () => {
    const file = new File([new Uint8Array(maxUploadBytes + 1)], 'big.bin');
    await expect(toUpload(file)).resolves.toMatchObject({
      ok: false,
      reason: 'big.bin is larger than 6 MB.',
    });
  });
});

describe('nextIndex', () => {
  it('goes round', () => {
    expect(nextIndex('ArrowDown', { now: 2, count: 3 })).toBe(0);
    expect(nextIndex('ArrowUp', { now: 0, count: 3 })).toBe(2);
    expect(nextIndex('ArrowUp', { now: -1, count: 3 })).toBe(2);
    expect(nextIndex('End', { now: 0, count: 3 })).toBe(2);
    expect(nextIndex('Home', { now: 2, count: 3 })).toBe(0);
    expect(nextIndex('x', { now: 0, count: 3 })).toBeUndefined();
    expect(nextIndex('Home', { now: 0, count: 0 })).toBeUndefined();
  });
});
