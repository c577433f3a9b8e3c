import { estimateTokens, toToolSpec } from '@cuttle/agent';
import type { Principal, Provenance, Route } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Tool } from '@cuttle/core-types/ports';
import { taintOf } from '@cuttle/security/policy';
import { type ChatPlace, type NamedPlace, parseSessionKey, toSessionKey } from '@cuttle/sessions';
import type { ChannelAccount, Kernel } from '../kernel.ts';
import { offeredTools } from '../offered-tools.ts';
import { agentSettings } from '../settings.ts';
import { audienceOf } from './audience.ts';
import { ordersInForce } from './orders-in-force.ts';
import type { PromptPart } from './build-prompt.ts';

/** A prompt as it would be now. */
export interface PromptReport {
  readonly agentId: string;
  readonly audience: 'private' | 'others';
  readonly parts: readonly PromptPart[];
  readonly tools: { readonly count: number; readonly tokens: number };
}

/** What an agent would be told if somebody wrote, the owner where nobody is named, in a session if one is named. Throws `agent.not-found`. */
export async function describePrompt(
  kernel: Kernel,
  {
    agentId,
    sessionKey,
    asked: askedBy,
  }: { agentId: string; sessionKey: string | undefined; asked?: Asked | undefined },
): Promise<PromptReport> {
  const agent = agentSettings(kernel.settings(), agentId);
  if (!agent) throw new CuttleError('agent.not-found', `There is no agent "${agentId}".`);
  const key = sessionKey ?? toSessionKey('main', agentId);
  const place = parseSessionKey(key);
  const account = accountOf(kernel, place);
  const asked = askedBy ?? ownerIn(routeOf(place, account));
  const { route } = asked;
  const taint = new Set(taintOf(asked.provenance, route.kind === 'push' ? route.chat : 'pull'));
  const tools = offeredTools(kernel, { claimed: asked, agent, taint });
  const audience = audienceOf(agent, asked);
  const parts = await kernel.prompts.build({
    agent,
    account,
    route,
    audience,
    orders: await ordersInForce(kernel, { agentId, sessionKey: key }),
    persona: (await kernel.store.reader.findSession(key))?.persona,
    tools,
    turnSystem: undefined,
  });
  return { agentId, audience, parts, tools: { count: tools.length, tokens: tokensOf(tools) } };
}

/** Who writes, and where. */
interface Asked {
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly route: Route;
}

function ownerIn(route: Route): Asked {
  return { principal: owner, provenance: provenanceOf(route), route };
}

const owner: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };

function accountOf(
  { accounts }: Kernel,
  place: ChatPlace | NamedPlace | undefined,
): ChannelAccount | undefined {
  if (!place || !('channel' in place)) return undefined;
  return [...accounts.values()].find(
    ({ channel, name }) =>
      channel.id === place.channel && (place.account === undefined || name === place.account),
  );
}

function routeOf(
  place: ChatPlace | NamedPlace | undefined,
  account: ChannelAccount | undefined,
): Route {
  if (!place || !('channel' in place)) return { kind: 'pull', door: 'web', stateless: false };
  const { channel, chat } = place;
  const accountId = account?.accountId ?? place.account ?? '';
  return { kind: 'push', door: channel, accountId, target: {}, chat: chat.kind };
}

function provenanceOf(route: Route): Provenance {
  const accountId = route.kind === 'push' ? route.accountId : 'web';
  return { door: route.door, accountId, trust: 'owner' };
}

function tokensOf(tools: readonly Tool[]): number {
  return tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools.map(toToolSpec)));
}
