import { Command } from 'commander';
import { addAgent } from './commands/agent.ts';
import { addApprovals } from './commands/approvals.ts';
import { addAuth } from './commands/auth.ts';
import { addChannels } from './commands/channels.ts';
import { addChat } from './commands/chat.ts';
import { addCompletion } from './commands/completion.ts';
import { addConfig } from './commands/config.ts';
import { addHealth } from './commands/health.ts';
import { addLogs } from './commands/logs.ts';
import { addMemory } from './commands/memory.ts';
import { addMessage } from './commands/message.ts';
import { addMessages } from './commands/messages.ts';
import { addModel } from './commands/model.ts';
import { addOpen } from './commands/open.ts';
import { addPair } from './commands/pair.ts';
import { addPerson } from './commands/person.ts';
import { addPin } from './commands/pin.ts';
import { addRun } from './commands/run.ts';
import { addRetention } from './commands/retention.ts';
import { addSessions } from './commands/sessions.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { addUsage } from './commands/usage.ts';
import { addVersion } from './commands/version.ts';
import { addWhy } from './commands/why.ts';
import { addWorkers } from './commands/workers.ts';
import type { CliContext } from './context.ts';
import { exitMeanings } from './exit-code.ts';

/** The whole command line. `end` hears the exit status of the command that ran, where it is not 0. */
export function createProgram(context: CliContext, end: (status: number) => void): Command {
  const { stdout, stderr, version } = context;
  const program = new Command('cuttle')
    .description(
      'Cuttle: one agent behind every messenger, the browser, the terminal and any OpenAI client.',
    )
    .version(version, '-V, --version', 'Print the version.')
    .option('--json', 'Print the result as JSON.')
    .option('--url <address>', 'The gateway to talk to, in place of the one of this home.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'Print the help of a command.')
    .showHelpAfterError('(`cuttle help` shows the commands)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `\nExit status:\n${exitMeanings.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`).join('\n')}`,
    )
    .exitOverride();
  const cli = { program, context, end };
  for (const add of [
    addStart,
    addStop,
    addOpen,
    addRun,
    addChat,
    addStatus,
    addHealth,
    addConfig,
    addChannels,
    addPair,
    addWorkers,
    addPerson,
    addRetention,
    addSessions,
    addAgent,
    addApprovals,
    addPin,
    addModel,
    addAuth,
    addUsage,
    addMemory,
    addMessage,
    addMessages,
    addWhy,
    addLogs,
    addVersion,
    addCompletion,
  ])
    add(cli);
  return program;
}
