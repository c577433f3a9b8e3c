import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';

interface LoginOptions {
  readonly profile?: string;
  readonly default?: boolean;
  /** Commander's name for `--no-browser`. */
  readonly browser: boolean;
}

/** What a login needs is loaded with the first use: the other commands start without it. */
export function addAuth(cli: Cli): void {
  const auth = cli.program
    .command('auth')
    .description('Log in to model services with an account in place of a key.');
  addLogin(cli, auth);
  addStatus(cli, auth);
  addLogout(cli, auth);
}

function addLogin(cli: Cli, auth: Command): void {
  const command = auth
    .command('login')
    .argument('[provider]', 'for example openrouter; a list to search without it')
    .description('Log in, and keep the login in this home.')
    .option('--profile <name>', 'for several accounts of one service (default: default)')
    .option('--default', 'use this profile where none is named')
    .option(
      '--no-browser',
      'the browser is elsewhere: show the address, and paste what comes back',
    );
  does<LoginOptions>(cli, command, async (job, { args: [provider], options }) => {
    const { logIn } = await import('../auth/log-in.ts');
    return logIn(job, { provider, ...options });
  });
}

function addStatus(cli: Cli, auth: Command): void {
  const command = auth
    .command('status')
    .description('Show who is logged in, and how long that lasts; no token is shown.');
  does(cli, command, async (job) => {
    const { showStatus } = await import('../auth/show-status.ts');
    return showStatus(job);
  });
}

function addLogout(cli: Cli, auth: Command): void {
  const command = auth
    .command('logout')
    .argument('[provider]', 'for example openrouter; a list to search without it')
    .description('Forget a login here; the service itself may list it until it is revoked there.')
    .option('--profile <name>', 'only this one of its profiles');
  does<{ profile?: string }>(cli, command, async (job, { args: [provider], options }) => {
    const { logOut } = await import('../auth/log-out.ts');
    return logOut(job, { provider, ...options });
  });
}
