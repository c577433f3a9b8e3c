import { mkdir, readdir } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Config } from '@cuttle/config';
import type { WorkspacePlace } from '@cuttle/tools';
import { derived } from './derived.ts';
import type { Home } from './home.ts';

/** Where each agent's files are. */
export interface Workspaces {
  placeOf(agentId: string): WorkspacePlace;
  /** Makes the folders that are missing, closed to other users. */
  prepare(): Promise<void>;
}

/** The agent that the whole folder belonged to before there were several. */
const firstAgent = 'main';

/**
 * `workspace/<agent>` of the home, or what the configuration says. In a home where `main` already keeps files in the folder itself, it
 * stays there, and the folders of the others are outside for it. So is what the gateway itself keeps in the home.
 */
export async function openWorkspaces(home: Home, config: () => Config): Promise<Workspaces> {
  const isGrown = await hasFilesOfItsOwn(home.workspace);
  const inHome = (name: string): string => join(home.root, name);
  const rootOf = (agentId: string, own: string | undefined): string => {
    if (own !== undefined) return resolve(home.root, own);
    return isGrown && agentId === firstAgent ? home.workspace : join(home.workspace, agentId);
  };
  const places = derived(config, ({ agents: { list } }) => {
    const roots = new Map(list.map(({ id, workspace }) => [id, rootOf(id, workspace)]));
    const foreign = [...roots.values(), ...['credentials', 'data', 'run'].map(inHome)];
    const hardLinks = roots.size > 1 ? 'refuse' : 'open';
    return new Map(
      [...roots].map(([id, root]): [string, WorkspacePlace] => {
        const apart = foreign.filter((other) => other !== root && isInside(root, other));
        return [id, { root, apart, hardLinks }];
      }),
    );
  });
  return {
    placeOf(agentId) {
      // Whoever is not configured is stood in for by the default agent, whatever a session key names.
      const [first] = places().values();
      return places().get(agentId) ?? first ?? { root: join(home.workspace, firstAgent) };
    },
    async prepare() {
      const roots = [...places().values()].map(({ root }) => root);
      await Promise.all(roots.map((root) => mkdir(root, { recursive: true, mode: 0o700 })));
    },
  };
}

async function hasFilesOfItsOwn(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.length > 0 && !names.includes(firstAgent);
}

function isInside(folder: string, other: string): boolean {
  const path = relative(folder, other);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
