import { truncateOutput } from '@cuttle/agent';
import type {
  ApprovalDraft,
  Channel,
  ClaimedSubagent,
  OutboundPart,
} from '@cuttle/core-types/ports';
import { type TextCode, textFor } from '@cuttle/core-types/texts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { findPlace } from './run-place.ts';
import type { JudgedCall, RunState } from './run-state.ts';

/** A plan that a person is asked about fits a message; what is left out is marked. */
const mostPlanChars = 2000;

/** What a person is asked before a call runs, as rows to be. A sub-agent has no chat of its own: it asks where the person is. */
export async function approvalDraft(
  state: RunState,
  { approvalId = '', index, tool, input, hash }: JudgedCall,
): Promise<ApprovalDraft> {
  const { kernel, step } = state;
  const { ttlMs } = kernel.settings().approvals;
  const draft = { approvalId, step, index, planHash: hash, expiresAt: kernel.clock.now() + ttlMs };
  const asking = await findAsking(state);
  if (!asking) return draft;
  const { place, label } = asking;
  const asked = {
    tool: tool.name,
    plan: truncateOutput(JSON.stringify(input), mostPlanChars),
    id: approvalId,
    minutes: Math.round(ttlMs / 60_000),
  };
  const text =
    label === undefined
      ? textFor('approval.ask', asked)
      : textFor('approval.ask-subagent', { ...asked, label });
  const buttons = [
    [
      { label: 'Approve', token: `approve ${approvalId}` },
      { label: 'Deny', token: `approve ${approvalId} deny` },
    ],
  ];
  const [ask] = noticeDrafts(kernel, {
    ...place,
    origin: `ask:${approvalId}`,
    answer: { text, notice: 'approval.ask', buttons },
  });
  return ask ? { ...draft, ask, ends: askEnds(place.channel, asked) } : draft;
}

interface Asking {
  readonly place: ReturnType<typeof findPlace>;
  /** What the sub-agent that asks is called. */
  readonly label?: string;
}

/** Undefined where the person reads by pulling, or their messenger is not connected: then `cuttle approvals list`, `cuttle chat` and the page show it. */
async function findAsking(state: RunState): Promise<Asking | undefined> {
  const { kernel, claimed } = state;
  if (claimed.subagent) return findAbove(kernel, claimed.subagent);
  const { route } = claimed;
  const account = route.kind === 'push' ? kernel.accounts.get(route.accountId) : undefined;
  return account && { place: findPlace(state, 'current') };
}

async function findAbove(
  { accounts, store: { reader } }: Kernel,
  { subagentId }: ClaimedSubagent,
): Promise<Asking | undefined> {
  const row = await reader.findSubagent(subagentId);
  const conversation = row && (await reader.findConversationOfRun(row.rootRunId));
  const account = conversation && accounts.get(conversation.accountId);
  if (!account) return undefined;
  return { place: { channel: account.channel, conversation }, label: row.label };
}

/** What stays of the question, by how it ended. */
function askEnds(
  channel: Channel,
  asked: { readonly tool: string; readonly plan: string },
): ApprovalDraft['ends'] {
  if (!channel.live) return undefined;
  const say = (code: TextCode): OutboundPart => {
    const [part] = channel.render({ text: textFor(code, asked), notice: 'approval.ask' });
    if (!part) throw new TypeError(`The text ${code} was rendered to nothing.`);
    return part;
  };
  return {
    approved: say('approval.ended-approved'),
    denied: say('approval.ended-denied'),
    expired: say('approval.ended-expired'),
    cancelled: say('approval.ended-cancelled'),
  };
}
