import type { SessionRow } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { agentSettings } from './settings.ts';

/** How full a session's context is. */
export interface ContextMeter {
  /** Of the last request and its answer. */
  readonly tokens: number;
  /** Of the model that would be asked now; absent: not known. */
  readonly window?: number | undefined;
}

export async function readContextMeter(
  kernel: Pick<Kernel, 'models' | 'settings'>,
  { contextTokens, model, agentId }: Pick<SessionRow, 'contextTokens' | 'model' | 'agentId'>,
): Promise<ContextMeter | undefined> {
  if (contextTokens === undefined) return undefined;
  const models = kernel.models();
  const ref = model ?? agentSettings(kernel.settings(), agentId)?.model ?? models.fallback().ref;
  const window = (await models.findFacts(ref))?.contextWindow;
  return { tokens: contextTokens, ...(window !== undefined && { window }) };
}
