import type { Client } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Command } from '../composer/slash-menu.ts';

export type Models = ResultOf<'models.list'>;
export type Agents = ResultOf<'agents.list'>['agents'];

/** What a gateway offers: its models, its agents and its commands. */
export interface GatewayLists {
  readonly models: ReadonlySignal<Models | undefined>;
  readonly agents: ReadonlySignal<Agents>;
  readonly commands: ReadonlySignal<readonly Command[]>;
  load(): Promise<void>;
}

export function createGatewayLists(client: Pick<Client, 'call'>, end: AbortSignal): GatewayLists {
  const models = signal<Models | undefined>(undefined);
  const agents = signal<Agents>([]);
  const commands = signal<readonly Command[]>([]);
  return {
    models,
    agents,
    commands,
    async load() {
      const [modelList, agentList, commandList] = await Promise.all([
        client.call('models.list', {}, end),
        client.call('agents.list', {}, end),
        client.call('commands.list', {}, end),
      ]);
      models.value = modelList;
      agents.value = agentList.agents;
      commands.value = commandList.commands;
    },
  };
}
