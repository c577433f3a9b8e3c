import type { Config } from '@cuttle/config';
import type { Models } from './model-source.ts';

/** Fallbacks that nobody can be asked for: the gateway works without them, and their owner believes that they are there. */
export function fallbackProblems(
  { agents: { defaults, list } }: Config,
  models: Pick<Models, 'isKnown'>,
): readonly string[] {
  const named = [
    ...defaults.fallbacks.map((ref) => ({ ref, path: 'agents.defaults.fallbacks' })),
    ...list.flatMap(({ id, fallbacks = [] }) =>
      fallbacks.map((ref) => ({ ref, path: `agents.list.${id}.fallbacks` })),
    ),
  ];
  return named
    .filter(({ ref }) => !models.isKnown(ref))
    .map(({ ref, path }) => `${path}: no provider is set up for "${ref}"; it is left out`);
}
