import {
  type ActionSubject,
  type Channel,
  type ChannelAction,
  defineTool,
  type Tool,
} from '@cuttle/core-types/ports';
import { z } from 'zod';
import { createDirectoryTool, type DirectoryDeps } from './directory-tool.ts';
import { createFileKeeper, type FileKeeperDeps, type KeepFile } from './files/keep-file.ts';

/** What a channel can do beyond sending words, as tools of a run whose answer goes there: `<channel>_<action>`, and whom its account knows. */
export function createChannelTools(
  deps: FileKeeperDeps & DirectoryDeps,
  { id, actions = [] }: Pick<Channel, 'id' | 'actions'>,
): readonly Tool[] {
  const keepFile = createFileKeeper(deps);
  return [...actions.map((action) => toTool(id, action, keepFile)), createDirectoryTool(deps)];
}

/** Which message an action may be about, for the model. */
const messageArgument: Readonly<Record<ActionSubject, Readonly<Record<string, z.ZodType>>>> = {
  none: {},
  own: {
    message: z
      .string()
      .min(1)
      .max(100)
      .default('last')
      .describe('One of your own messages here: an id that a tool gave you, or "last".'),
  },
  any: {
    message: z
      .string()
      .min(1)
      .max(100)
      .default('theirs')
      .describe(
        'The message: "theirs" is the one you answer, "last" your own newest, or an id that a tool gave you.',
      ),
  },
};

const fileArgument = {
  file: z
    .string()
    .min(1)
    .max(1000)
    .describe('A path relative to the workspace, such as "charts/week.png".'),
};

/** What is not the action's own. */
const Common = z.looseObject({ message: z.string().optional(), file: z.string().optional() });

function toTool(channelId: string, action: ChannelAction, keepFile: KeepFile): Tool {
  const { name, description, input, subject, risk, takesFile } = action;
  return defineTool({
    name: `${channelId.replaceAll('-', '_')}_${name}`,
    description,
    input: z.strictObject({
      ...input.shape,
      ...messageArgument[subject],
      ...(takesFile && fileArgument),
    }),
    // A row in the transaction of this call's result; what becomes of it is the outbox's.
    effect: 'keyed',
    risk,
    timeoutMs: takesFile ? 60_000 : 10_000,
    async run(given, context, signal) {
      signal.throwIfAborted();
      const { message, file } = Common.parse(given);
      const kept = file === undefined ? undefined : await keepFile(file, context, signal);
      const own = Object.entries(given).filter(([key]) => key in input.shape);
      const id = await context.act({
        action: name,
        input: Object.fromEntries(own),
        ...(message !== undefined && { message }),
        ...(kept && { file: kept }),
      });
      const isMessage = subject === 'none';
      return { text: isMessage ? `The message is on its way: ${id}.` : 'It will be done.' };
    },
  });
}
