import { readFile, realpath } from 'node:fs/promises';

/** The files a configuration is read from. Contract: undefined means that there is none; anything else that fails is thrown. */
export interface ConfigFiles {
  readText(path: string): Promise<string | undefined>;
  /** Where a path leads when links are followed; undefined where there is nothing. */
  findRealPath(path: string): Promise<string | undefined>;
}

export const nodeFiles: ConfigFiles = {
  readText: (path) => unlessMissing(readFile(path, 'utf8')),
  findRealPath: (path) => unlessMissing(realpath(path)),
};

async function unlessMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
