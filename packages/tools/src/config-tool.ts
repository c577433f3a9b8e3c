import { CuttleError } from '@cuttle/core-types/errors';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { createRedactor, redactJson } from '@cuttle/security';
import { z } from 'zod';

/**
 * Reads the gateway's configuration without its secrets, so that the agent can explain it. It never writes: an agent must not
 * change its own gateway. `config` gives the configuration as it is now; `secrets` are values that are removed wherever they stand.
 */
export function createConfigTool({
  config,
  secrets = () => [],
}: {
  readonly config: () => unknown;
  readonly secrets?: () => readonly string[];
}): readonly Tool[] {
  return [
    defineTool({
      name: 'config_read',
      description: 'Reads the configuration of this gateway, without its secrets.',
      input: z.strictObject({
        path: z
          .string()
          .trim()
          .max(300)
          .optional()
          .describe('A part of it, such as "agents.defaults"; absent: all.'),
      }),
      effect: 'pure',
      risk: 'read',
      timeoutMs: 5000,
      maxOutputChars: 20_000,
      async run({ path = '' }, _context, signal) {
        signal.throwIfAborted();
        // Removed before the path is followed: a secret's name may be on the path.
        const shown = redactJson(config(), createRedactor(secrets()));
        const keys = path.split('.').filter((key) => key !== '');
        return { text: JSON.stringify(follow(shown, keys, path), null, 2) };
      },
    }),
  ];
}

function follow(value: unknown, keys: readonly string[], path: string): unknown {
  let part = value;
  for (const key of keys) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key))
      throw new CuttleError('tool.failed', `The configuration has no "${path}".`, {
        hint: 'Call config_read without a path to see its parts.',
      });
    part = Reflect.get(part, key);
  }
  return part;
}
