import { CuttleError } from '@cuttle/core-types/errors';
import { defineTool, type OutboundFile, type Tool } from '@cuttle/core-types/ports';
import { effectiveTrust } from '@cuttle/security/policy';
import { z } from 'zod';
import { createFileKeeper, type FileKeeperDeps } from './keep-file.ts';

/**
 * Sends files of the workspace as outbound rows, stored with the call's result: sent once if the call is done, else not at all. What is sent are the
 * bytes as they were when the call was made. Only the owner's runs may send to other conversations than their own.
 */
export function createFileSendTool(deps: FileKeeperDeps): readonly Tool[] {
  const keepFile = createFileKeeper(deps);
  return [
    defineTool({
      name: 'file_send',
      description:
        'Sends files of the workspace to people, pictures as pictures. Without `to` they go to this conversation.',
      input: z.strictObject({
        files: z
          .array(z.string().min(1).max(1000))
          .min(1)
          .max(10)
          .describe('Paths relative to the workspace, such as "charts/week.png".'),
        text: z.string().max(20_000).default('').describe('Words that go along, in Markdown.'),
        to: z
          .string()
          .trim()
          .min(1)
          .max(300)
          .default('current')
          .describe('A conversation as the gateway names it, or "current".'),
      }),
      effect: 'keyed',
      risk: 'send',
      timeoutMs: 60_000,
      async run({ files, text, to }, context, signal) {
        signal.throwIfAborted();
        const standing = effectiveTrust(context.principal, context.provenance);
        if (to !== 'current' && standing !== 'owner')
          throw new CuttleError('tool.denied', 'Only the owner may have files sent elsewhere.');
        const sent: OutboundFile[] = [];
        for (const path of files) sent.push(await keepFile(path, context, signal));
        const ids = context.send({ to, answer: { text, files: sent } });
        const names = sent.map(({ name }) => name).join(', ');
        return { text: `On the way: ${names}, as ${ids.join(', ')}.` };
      },
    }),
  ];
}
