import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';

const told: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'the gateway may not open it',
  EPERM: 'the gateway may not change it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
  EINVAL: 'the name is not possible here',
  EILSEQ: 'the name is not possible here',
  ENXIO: 'it is not a file',
};

/** What a failed call to the file system means, in words that tell nothing of the machine's folders. */
export function toFileError(error: unknown, path: string): CuttleError {
  if (isCuttleError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ELOOP')
    return new CuttleError('tool.denied', `"${path}" leads through a link that is not followed.`, {
      cause: error,
    });
  return new CuttleError('tool.failed', `"${path}": ${told[code] ?? 'it could not be used'}.`, {
    cause: error,
  });
}
