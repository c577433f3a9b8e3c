import { z } from 'zod';

/**
 * What a principal may do at the gateway's methods. Names follow the field's operator protocol.
 * `operator.admin` includes all others, write includes read. `workers`: what a program outside needs to work for agents, and no more.
 */
export const Scope = z.enum([
  'operator.read',
  'operator.write',
  'operator.approvals',
  'operator.pairing',
  'operator.admin',
  'workers',
]);
export type Scope = z.infer<typeof Scope>;

/**
 * Who acts. Made only by doors and by authentication; nothing a model or a plugin says becomes one.
 * `owner` runs this gateway; `person` reached it through a messenger; `client` holds a token; `machine` is a schedule or hook.
 */
export const Principal = z.object({
  id: z.string(),
  kind: z.enum(['owner', 'person', 'client', 'machine']),
  personId: z.string().optional(),
  /** The only name of workers that it may claim tasks of. */
  worker: z.string().optional(),
  scopes: z.array(Scope),
});
export type Principal = z.infer<typeof Principal>;

/** The principal of somebody on a messenger: their account there, on one of ours. */
export function personPrincipalId(channel: string, accountId: string, externalId: string): string {
  return `person:${channel}:${accountId}:${externalId}`;
}

/**
 * How far a word may be trusted. `owner`: the owner's own. `paired`: someone the owner let in.
 * `guest`: in a place the owner opened to anyone. `stranger`: nobody vouched. `machine`: our own schedule or hook.
 */
export const Trust = z.enum(['owner', 'paired', 'guest', 'stranger', 'machine']);
export type Trust = z.infer<typeof Trust>;

/**
 * Which door an event came through and how far it is trusted. Decided at accept, carried unchanged.
 * `hops`: how many agents passed it on; absent: none.
 */
export const Provenance = z.object({
  door: z.string(),
  accountId: z.string(),
  trust: Trust,
  hops: z.int().nonnegative().optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** Why a run holds content that could steer the model: `web`, `file`, `group`, `guest`, `stranger`, `client`. */
export const TaintSource = z.enum(['web', 'file', 'group', 'guest', 'stranger', 'client']);
export type TaintSource = z.infer<typeof TaintSource>;
