import { runAgent } from '@cuttle/agent';
import { answerText, emptyRun, reduceRun, userText } from '@cuttle/core-types';
import { defineTool, type ModelProvider } from '@cuttle/core-types/ports';
import { createOffline } from '@cuttle/providers/offline';
import { createOpenai } from '@cuttle/providers/openai';
import { z } from 'zod';

/** A program for a browser: one answer of a model without network, one of a service. It is bundled, not run here. */
export async function ask(baseUrl: string): Promise<{ offline: string; service: string }> {
  return {
    offline: await answerOf(createOffline(), 'offline'),
    service: await answerOf(createOpenai({ apiKey: 'test-key', baseUrl }), 'gpt-4.1-mini'),
  };
}

const clock = defineTool({
  name: 'current_time',
  description: 'Tells the time.',
  input: z.object({}),
  effect: 'pure',
  risk: 'read',
  run: async () => ({ text: 'It is five past twelve.' }),
});

async function answerOf(provider: ModelProvider, model: string): Promise<string> {
  const input = { model, messages: [userText('What time is it?')], tools: [clock] };
  let view = emptyRun;
  for await (const event of runAgent(input, { provider }, AbortSignal.timeout(30_000)))
    view = reduceRun(view, event);
  return view.outcome?.status === 'completed' ? answerText(view) : JSON.stringify(view.outcome);
}
