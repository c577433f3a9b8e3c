import type { AgentDeps, AgentInput } from '../agent-input.ts';
import { defaultContextRules } from './context-rules.ts';
import { fitContext } from './fit-context.ts';
import { createTokenMeter } from './token-meter.ts';
import { tokenFamilyOf } from './token-rates.ts';

/** A view without summaries, for a loop that has no store. A window that nobody stated is learnt from the first refusal. */
export function createPrunedView(
  { model, contextWindow }: Pick<AgentInput, 'model' | 'contextWindow'>,
  dialect: string,
): NonNullable<AgentDeps['viewContext']> {
  const meter = createTokenMeter(tokenFamilyOf(model, dialect));
  let window = contextWindow;
  return async ({ messages, request, refusals }) => {
    if (window === undefined && refusals === 0) return { messages, view: messages };
    const fixedTokens = meter.ofFixed(request);
    window ??= meter.ofMessages(messages) + fixedTokens;
    const room = { window, fixedTokens, scale: 1000, refusals };
    const { messages: view } = fitContext(messages, room, { rules: defaultContextRules, meter });
    return { messages, view };
  };
}
