import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthenticationCreds, AuthenticationState, SignalDataSet } from 'baileys';
import { writeWhole } from './write-whole.ts';

/** What of the library this needs. */
export interface AuthLibrary {
  /** Of a device that is not linked yet. */
  makeCreds(): AuthenticationCreds;
  /** JSON with bytes in it. */
  toText(value: unknown): string;
  fromText(text: string): unknown;
  /** Keys of the app's state have a class of their own. */
  toAppStateKey(value: unknown): unknown;
}

/** The link of one device: its credentials and the keys of its conversations, each a file that is written whole. */
export interface AuthFolder {
  readonly state: AuthenticationState;
  readonly isLinked: boolean;
  saveCreds(): Promise<void>;
  /** Resolves when nothing is being written, whatever became of it. */
  idle(): Promise<void>;
}

export async function openAuthFolder(folder: string, library: AuthLibrary): Promise<AuthFolder> {
  const pathOf = (name: string): string => join(folder, `${encodeURIComponent(name)}.json`);
  // Of one file, one write after the other.
  const writes = new Map<string, Promise<void>>();
  const inTurn = (name: string, work: () => Promise<void>): Promise<void> => {
    const next = (writes.get(name) ?? Promise.resolve()).then(work, work);
    writes.set(name, next);
    const leave = (): void => {
      if (writes.get(name) === next) writes.delete(name);
    };
    next.then(leave, leave);
    return next;
  };
  const find = async (name: string): Promise<unknown> => {
    await writes.get(name)?.catch(() => {}); // whoever wrote hears of it
    try {
      return library.fromText(await readFile(pathOf(name), 'utf8'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const put = (name: string, value: unknown): Promise<void> =>
    inTurn(name, () =>
      value === null || value === undefined
        ? rm(pathOf(name), { force: true })
        : writeWhole(pathOf(name), library.toText(value)),
    );
  // Written here alone, in the shape that the library gave.
  const creds = ((await find('creds')) as AuthenticationCreds | undefined) ?? library.makeCreds();
  return {
    state: {
      creds,
      keys: {
        async get(type, ids) {
          const found = await Promise.all(
            ids.map(async (id) => {
              const value = await find(`${type}-${id}`);
              const isAppKey = type === 'app-state-sync-key' && value !== undefined;
              return [id, isAppKey ? library.toAppStateKey(value) : value] as const;
            }),
          );
          // As it was given to `set` under this type.
          return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as never;
        },
        async set(data: SignalDataSet) {
          await Promise.all(
            Object.entries(data).flatMap(([type, values]) =>
              Object.entries(values).map(([id, value]) => put(`${type}-${id}`, value)),
            ),
          );
        },
      },
    },
    get isLinked() {
      return creds.me !== undefined;
    },
    saveCreds: () => put('creds', creds),
    async idle() {
      while (writes.size > 0) await Promise.allSettled(writes.values());
    },
  };
}
