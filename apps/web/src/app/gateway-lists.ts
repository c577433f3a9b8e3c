import type { Client } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Command } from '../composer/slash-menu.ts';

export type Models = ResultOf<'models.list'>;

/** What a gateway offers: its models and its commands. */
export interface GatewayLists {
  readonly models: ReadonlySignal<Models | undefined>;
  readonly commands: ReadonlySignal<readonly Command[]>;
  load(): Promise<void>;
}

export function createGatewayLists(client: Pick<Client, 'call'>, end: AbortSignal): GatewayLists {
  const models = signal<Models | undefined>(undefined);
  const commands = signal<readonly Command[]>([]);
  return {
    models,
    commands,
    async load() {
      const [modelList, commandList] = await Promise.all([
        client.call('models.list', {}, end),
        client.call('commands.list', {}, end),
      ]);
      models.value = modelList;
      commands.value = commandList.commands;
    },
  };
}
