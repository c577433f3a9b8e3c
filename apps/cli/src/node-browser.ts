import { spawn } from 'node:child_process';
import { once } from 'node:events';

type Host = Pick<NodeJS.Process, 'env' | 'platform'>;

/**
 * Opens pages with what `$BROWSER` names, or the system's own opener. The address is an argument, never text for a shell. There is no
 * browser where nobody has a screen, or sits at another machine.
 */
export function createBrowser(host: Host): (url: string) => Promise<boolean> {
  return async (url) => {
    const [program, ...args] = openerOf(host) ?? [];
    if (program === undefined) return false;
    const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
    const failed = once(child, 'error').then(() => false);
    const started = once(child, 'spawn').then(() => true);
    const opened = await Promise.race([started, failed]);
    started.catch(() => undefined); // it failed, and that was told
    child.unref();
    return opened;
  };
}

function openerOf({ env, platform }: Host): readonly string[] | undefined {
  const named = env['BROWSER'];
  if (named !== undefined && named !== '') return named === 'none' ? undefined : [named];
  if (env['SSH_CONNECTION'] !== undefined) return undefined;
  if (platform === 'darwin') return ['open'];
  // The address stays one argument here too; `start` of a shell would read its `&`.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined;
}
