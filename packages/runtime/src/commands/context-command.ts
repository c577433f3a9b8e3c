import { textFor } from '@cuttle/core-types/texts';
import { type ContextMeter, readContextMeter } from '../context-meter.ts';
import { describePrompt } from '../prompt/describe-prompt.ts';
import type { CommandHandler } from './command-handler.ts';
import { countText } from './count-text.ts';

/** `/context`: how full the window is, and what stands before the conversation in each request. Names and sizes, never the words. */
export const contextCommand: CommandHandler = async (kernel, row, { args }) => {
  if (args.length > 0) return undefined;
  const { agentId, sessionKey, principal, provenance, route } = row;
  const session = await kernel.store.reader.findSession(sessionKey);
  const asked = { principal, provenance, route };
  const { parts, tools } = await describePrompt(kernel, { agentId, sessionKey, asked });
  const meter = session && (await readContextMeter(kernel, session));
  const told = parts.filter(({ tokens }) => tokens > 0);
  const sum = told.reduce((total, { tokens }) => total + tokens, 0);
  const lines = [
    textFor('context.report', { meter: meterText(meter), messages: session?.messages ?? 0 }),
    textFor('context.prompt', { tokens: countText(sum) }),
    ...told.map(({ id, tokens, state }) =>
      textFor(state === 'cut' ? 'context.part-cut' : 'context.part', {
        part: id,
        tokens: countText(tokens),
      }),
    ),
    textFor('context.tools', { count: tools.count, tokens: countText(tools.tokens) }),
  ];
  if (session?.summaryUpto !== undefined) lines.push(textFor('context.has-summary'));
  return { reply: lines.join('\n') };
};

/** How full a context is, in words. */
export function meterText(meter: ContextMeter | undefined): string {
  if (!meter) return textFor('context.unused');
  const { tokens, window } = meter;
  if (window === undefined) return textFor('context.tokens', { tokens });
  const percent = Math.round((tokens / window) * 100);
  return textFor('context.meter', { tokens, window, percent });
}
