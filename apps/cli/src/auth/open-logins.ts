import { join } from 'node:path';
import { findConfigFile, loadConfig, nodeFiles } from '@cuttle/config';
import { createLogins, type Logins } from '@cuttle/providers/login';
import { openCredentialFiles } from '@cuttle/security/credentials';
import type { CliContext } from '../context.ts';
import { homeOf } from '../gateway-address.ts';

/** The logins of this home, with the settings of its configuration. Throws `config.*` where that is wrong. */
export async function openLogins(
  context: CliContext,
): Promise<{ readonly logins: Logins; readonly settings: (id: string) => unknown }> {
  const { env, clock, fetch } = context;
  const home = homeOf(context);
  const file = await findConfigFile({ env, home }, nodeFiles);
  const { config } = await loadConfig({ file, env });
  const settings = (id: string): unknown =>
    Object.hasOwn(config.logins, id) ? config.logins[id] : undefined;
  const files = openCredentialFiles(join(home, 'credentials', 'logins'), { clock });
  return { logins: createLogins({ files, fetch, clock, settings }), settings };
}
