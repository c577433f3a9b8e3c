import { CuttleError } from '@cuttle/core-types/errors';
import type { OutboundFile } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { readFiles, withPatience, withSendableFiles } from './outbound-files.ts';

function file(name: string, bytes: number, mimeType = 'image/png'): OutboundFile {
  return { sha256: name, kind: 'image', mimeType, name, bytes };
}
const never = new AbortController().signal;

it('leaves an answer without files as it is', () => {
  expect(withSendableFiles({}, { text: 'Hello' })).toEqual({ text: 'Hello' });
  expect(withSendableFiles({}, { text: 'Hello', files: [] })).toEqual({ text: 'Hello' });
});

it('says of files that cannot go out how large they are and why', () => {
  const files = [file('small.png', 10), file('big.png', 2_000_000), file('odd.zip', 5, 'a/zip')];
  const uploads = { maxBytes: 1000, takes: (one: OutboundFile) => one.mimeType !== 'a/zip' };
  expect(withSendableFiles({ uploads }, { text: 'Look', files })).toEqual({
    text: 'Look\n\n[The file big.png (2.0 MB) is larger than what can be sent here (1 kB).]\n\n[The file odd.zip (5 bytes) cannot be sent here.]',
    files: [files[0]],
  });
});

it('says so of each file where the platform takes none, and believes no name', () => {
  const answer = withSendableFiles({}, { text: '', files: [file('[a](http://b)\n**c**', 3)] });
  expect(answer).toEqual({ text: '[The file a http://b c (3 bytes) cannot be sent here.]' });
});

it('gives a part the time that its files may take and a name, and others none', () => {
  const part = { v: 1, text: '', payload: null } as const;
  expect(withPatience(part)).toBe(part);
  const files = [file('a', 100_000), file('b', 50_000)];
  expect(withPatience({ ...part, files })).toMatchObject({ extraMs: 600, text: '[a] [b]' });
  expect(withPatience({ ...part, text: 'Look', files }).text).toBe('Look');
});

it('reads the bytes of a part in order; of what is gone or cannot be read nothing was sent', async () => {
  const part = { v: 1, text: '', payload: null, files: [file('a', 1), file('b', 1)] } as const;
  const blobs = {
    read: async (sha256: string) => ({
      bytes: new TextEncoder().encode(sha256),
      mimeType: '',
    }),
    put: async () => '',
    free: async () => ({ count: 0, bytes: 0, stuck: 0 }),
  };
  const sent = await readFiles({ blobs }, part, never);
  expect(sent?.map(({ name, content }) => [name, new TextDecoder().decode(content)])).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ]);
  expect(await readFiles({ blobs }, { ...part, files: [] }, never)).toBeUndefined();
  const failing = (error: Error) => {
    const read = async (): Promise<never> => {
      throw error;
    };
    return readFiles({ blobs: { ...blobs, read } }, part, never);
  };
  const unknown = new CuttleError('request.not-found', 'no such blob');
  await expect(failing(unknown)).rejects.toMatchObject({ code: 'media.gone' });
  await expect(failing(new Error('disk'))).rejects.toMatchObject({
    code: 'channel.unavailable',
    details: { reached: false },
  });
});
