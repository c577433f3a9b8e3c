import { CuttleError } from '@cuttle/core-types/errors';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { effectiveTrust } from '@cuttle/security/policy';
import { z } from 'zod';

/**
 * Sends a message as an outbound row, stored with the call's result: sent once if the call is done, else not at all.
 * Only the owner's runs may write to other conversations than their own.
 */
export function createMessageTool(): readonly Tool[] {
  return [
    defineTool({
      name: 'message_send',
      description:
        'Sends a message now, besides your answer. Without `to` it goes to this conversation.',
      input: z.strictObject({
        to: z
          .string()
          .trim()
          .min(1)
          .max(300)
          .default('current')
          .describe('A conversation as the gateway names it, or "current".'),
        text: z.string().min(1).max(20_000).describe('The message, in Markdown.'),
      }),
      effect: 'keyed',
      risk: 'send',
      timeoutMs: 10_000,
      async run({ to, text }, context, signal) {
        signal.throwIfAborted();
        const standing = effectiveTrust(context.principal, context.provenance);
        if (to !== 'current' && standing !== 'owner')
          throw new CuttleError('tool.denied', 'Only the owner may have messages sent elsewhere.');
        const ids = context.send({ to, answer: { text } });
        return { text: `The message is on its way: ${ids.join(', ')}.` };
      },
    }),
  ];
}
