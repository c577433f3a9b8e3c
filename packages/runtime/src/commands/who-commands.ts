import type { Trust } from '@cuttle/core-types';
import { textFor, type TextCode } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { agentSettings, type AgentSettings } from '../settings.ts';
import type { CommandHandler } from './command-handler.ts';

const standings = {
  owner: 'who.owner',
  paired: 'who.paired',
  guest: 'who.guest',
  stranger: 'who.stranger',
  machine: 'who.machine',
} as const satisfies Record<Trust, TextCode>;

/** `/whoami`: who the gateway takes this person for, so that an owner can name them in the configuration. */
export const whoamiCommand: CommandHandler = async (_kernel, row, { args }) => {
  if (args.length > 0) return undefined;
  const { principal, provenance, sessionKey, agentId } = row;
  const trust = principal.kind === 'owner' ? 'owner' : provenance.trust;
  const { door } = provenance;
  const lines = [
    textFor('who.you', { standing: textFor(standings[trust]), door, id: principal.id }),
    ...(principal.personId === undefined
      ? []
      : [textFor('who.person', { person: principal.personId })]),
    ...(principal.kind === 'client'
      ? [textFor('who.scopes', { scopes: principal.scopes.join(', ') })]
      : []),
    textFor('who.place', { session: sessionKey, agent: agentId }),
  ];
  return { reply: lines.join('\n') };
};

/** `/agent`: who answers here; the owner is told of the others too. */
export const agentCommand: CommandHandler = async (kernel, row, { args }) => {
  if (args.length > 0) return undefined;
  const settings = kernel.settings();
  const agent = agentSettings(settings, row.agentId);
  const session = await kernel.store.reader.findSession(row.sessionKey);
  const model = session?.model ?? agent?.model ?? kernel.models().fallback().ref;
  const lines = [textFor('command.agent', { agent: agent ? nameOf(agent) : row.agentId, model })];
  const resource = { kind: 'command', name: 'agent', risk: 'owner' } as const;
  const isOwner = authorise(row.principal, 'command.run', resource).kind === 'allow';
  const others = settings.agents.filter(({ id }) => id !== row.agentId);
  if (isOwner && others.length > 0)
    lines.push(textFor('command.agents', { agents: others.map(nameOf).join(', ') }));
  return { reply: lines.join('\n') };
};

function nameOf({ id, identity: { name } }: AgentSettings): string {
  return name === id ? id : `${name} (${id})`;
}
