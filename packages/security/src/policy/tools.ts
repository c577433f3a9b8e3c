import type { Principal, Provenance, TaintSource } from '@cuttle/core-types';
import type { Risk } from '@cuttle/core-types/ports';
import type { TextCode } from '@cuttle/core-types/texts';
import { allowed, ask, type Decision, deny } from './decision.ts';
import { effectiveTrust, type Standing } from './trust.ts';

export type ToolProfile = 'minimal' | 'messaging' | 'coding' | 'full';

/** What the owner configured. Entries of `allow` and `deny` are names, `group:<group>`, a prefix ending in `*`, or `*`. */
export interface ToolPolicy {
  readonly profile: ToolProfile;
  /** Tools beyond the profile. */
  readonly allow: readonly string[];
  /** Wins over everything. */
  readonly deny: readonly string[];
  /** What happens where a call needs an approval. `allow` holds for the owner only; others are asked for still. */
  readonly approvals: 'ask' | 'deny' | 'allow';
}

export interface ToolFacts {
  readonly name: string;
  readonly risk: Risk;
  readonly provenance: Provenance;
  readonly taint: readonly TaintSource[];
  /** What the call changes beside its own rows. */
  readonly changes?: ToolChange | undefined;
  readonly policy: ToolPolicy;
}

/** `instructions`: what later runs are told before anything else is said. */
export type ToolChange = 'instructions' | 'files';

/** A tool that is in no group is only in the profile `full`, and never reaches a guest. */
export const toolGroups = {
  time: ['current_time'],
  /** Finds only what is offered anyway. */
  search: ['tool_search'],
  math: ['math_eval'],
  note: ['note_add', 'note_list'],
  reminder: ['reminder_set', 'reminder_list', 'reminder_cancel'],
  memory: ['memory_get', 'memory_set', 'memory_list', 'memory_search', 'memory_append'],
  message: ['message_send'],
  session: ['session_list', 'session_read'],
  agent: ['agent_spawn', 'agent_wait', 'agent_steer', 'agent_stop', 'agent_list', 'session_send'],
  web: ['web_fetch'],
  /** What a messenger can do beyond sending words, where the conversation is there. */
  channel: [
    'telegram_edit',
    'telegram_delete',
    'telegram_pin',
    'telegram_unpin',
    'telegram_react',
    'telegram_reply_markup',
    'discord_react',
    'discord_edit',
    'discord_delete',
    'discord_pin',
    'discord_unpin',
    'discord_thread',
    'discord_ask',
    'discord_embed',
    'slack_blocks',
    'slack_ephemeral',
    'slack_reaction',
    'slack_update',
    'slack_delete',
    'whatsapp_react',
    'whatsapp_web_react',
    'whatsapp_web_edit',
    'whatsapp_web_delete',
    'whatsapp_buttons',
    'whatsapp_list',
  ],
  /** Whom an account of a messenger knows: strangers, too. */
  directory: ['channel_directory'],
  file: [
    'file_read',
    'file_write',
    'file_edit',
    'file_list',
    'file_send',
    'telegram_send_photo',
    'telegram_send_document',
  ],
  config: ['config_read'],
} as const satisfies Record<string, readonly string[]>;
type ToolGroup = keyof typeof toolGroups;

const forGuests = [
  'time',
  'search',
  'math',
  'note',
  'reminder',
  'memory',
  'message',
  'session',
  'web',
] as const;

/** Sub-agents multiply what one message costs, and what is pinned or deleted is seen by all, so guests have none of it. */
const messaging = [...forGuests, 'agent', 'channel', 'directory'] as const;

export const toolProfiles = {
  minimal: ['time', 'search', 'math'],
  messaging,
  coding: [...messaging, 'file'],
  full: '*',
} as const satisfies Record<ToolProfile, '*' | readonly ToolGroup[]>;

/** The widest reach of a standing, whatever the configuration says: nothing outside a guest's own rows, nothing of the gateway's for others. */
const reach: Readonly<Record<Standing, (name: string) => TextCode | undefined>> = {
  owner: () => undefined,
  paired: (name) => (isIn(['config', 'directory'], name) ? 'policy.owner' : undefined),
  guest: (name) => (isIn(forGuests, name) ? undefined : 'policy.guest'),
  stranger: (name) => (isIn(toolProfiles.minimal, name) ? undefined : 'policy.stranger'),
};

/** Where content could steer the model, these wait for a person. */
const reachesOut: Readonly<Record<Risk, boolean>> = {
  read: false,
  write: false,
  send: true,
  execute: true,
  network: true,
};

/** Where content could steer the model, it may not steer all later runs as well: their taint would not tell of it. */
const reachesOn: Readonly<Record<ToolChange, boolean>> = { instructions: true, files: false };

export function decideTool(principal: Principal, tool: ToolFacts): Decision {
  const { name, policy } = tool;
  if (policy.deny.some((entry) => matches(entry, name))) return deny('policy.denied');
  const standing = effectiveTrust(principal, tool.provenance);
  const beyond = reach[standing](name) ?? beyondRisk(standing, tool.risk);
  if (beyond) return deny(beyond);
  const listed = policy.allow.some((entry) => matches(entry, name));
  if (!listed && !profileIncludes(policy.profile, name)) return deny('policy.not-in-profile');
  const reason = approvalReason(tool, standing);
  if (!reason) return allowed;
  if (policy.approvals === 'deny') return deny(reason);
  return policy.approvals === 'allow' && standing === 'owner' ? allowed : ask(reason);
}

export function profileIncludes(profile: ToolProfile, name: string): boolean {
  const groups = toolProfiles[profile];
  return groups === '*' || isIn(groups, name);
}

/** A known name with an unexpected risk is another tool: what executes never reaches someone the owner did not let in. */
function beyondRisk(standing: Standing, risk: Risk): TextCode | undefined {
  if (standing === 'guest' && risk === 'execute') return 'policy.guest';
  if (standing === 'stranger' && risk !== 'read') return 'policy.stranger';
  return undefined;
}

function approvalReason(tool: ToolFacts, standing: Standing): TextCode | undefined {
  const tainted = tool.taint.length > 0 || standing === 'guest' || standing === 'stranger';
  const reaches = reachesOut[tool.risk] || (tool.changes !== undefined && reachesOn[tool.changes]);
  if (tainted && reaches) return 'policy.taint';
  return tool.risk === 'execute' ? 'policy.approval' : undefined;
}

function isIn(groups: readonly ToolGroup[], name: string): boolean {
  return groups.some((group) => toolGroups[group].some((member) => member === name));
}

function matches(entry: string, name: string): boolean {
  if (entry.startsWith('group:')) {
    const group = Object.entries(toolGroups).find(([id]) => id === entry.slice('group:'.length));
    return group !== undefined && group[1].some((member) => member === name);
  }
  return entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name;
}
