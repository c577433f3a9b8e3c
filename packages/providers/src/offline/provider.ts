import { noUsage } from '@cuttle/core-types';
import type { ModelEvent, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { answerOffline } from './answer.ts';
import { OfflineOptions } from './options.ts';

/**
 * A provider without key and network: the same words always get the same answer, by a few patterns of English.
 * It calls the tools that are offered, and says plainly that it is no model and how to add one.
 */
export function createOffline(settings: z.input<typeof OfflineOptions> = {}): ModelProvider {
  const { id = 'offline' } = OfflineOptions.parse(settings);
  return {
    id,
    dialect: 'offline',
    async *stream(request, signal) {
      for (const event of eventsOf(request)) {
        // Gives the reader's own work a turn, as a network would.
        await Promise.resolve();
        signal.throwIfAborted();
        yield event;
      }
    },
    async models(signal) {
      signal.throwIfAborted();
      return [{ id: 'offline', contextWindow: 32_000, inputs: ['text'] }];
    },
  };
}

function* eventsOf(request: ModelRequest): Generator<ModelEvent, void, void> {
  const answer = answerOffline(request);
  if (answer.kind === 'text') {
    for (const word of answer.text.match(/\s*\S+\s*$|\s*\S+/g) ?? [])
      yield { type: 'text.delta', blockId: '0', text: word };
    yield { type: 'finish', reason: 'stop', usage: noUsage };
    return;
  }
  // No call of this conversation has the same number of messages before it.
  const callId = `offline_${request.messages.length}`;
  yield { type: 'tool.call', callId, name: answer.name, input: { ...answer.input } };
  yield { type: 'finish', reason: 'tool-calls', usage: noUsage };
}
