import { dirname, join } from 'node:path';
import { openBridgeHost } from '@cuttle/channels';
import type { OpenBridges } from './channel-list.ts';
import type { Home } from './home.ts';

/** Each account's program keeps what it must in a folder of its own, below the folder that bridges are installed into. */
export function openBridges({
  home,
  env,
}: {
  readonly home: Pick<Home, 'bridges'>;
  readonly env: Readonly<Record<string, string | undefined>>;
}): OpenBridges {
  return ({ platform, name }) =>
    openBridgeHost({
      folder: join(home.bridges, platform, toFolderName(name)),
      // The home's own first, then wherever this program is installed: a global installation has both side by side.
      roots: [home.bridges, ...ancestors(import.meta.dirname)],
      env,
    });
}

/** Names of accounts are the owner's words; no two become one folder, and none leads elsewhere. */
export function toFolderName(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E').replaceAll('*', '%2A');
}

function ancestors(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}
