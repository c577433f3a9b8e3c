import { truncateOutput } from '@cuttle/agent';
import type { ApprovalDraft, Channel, OutboundPart } from '@cuttle/core-types/ports';
import { type TextCode, textFor } from '@cuttle/core-types/texts';
import { noticeDrafts } from './outbound-drafts.ts';
import { findPlace } from './run-place.ts';
import type { JudgedCall, RunState } from './run-state.ts';

/** A plan that a person is asked about fits a message; what is left out is marked. */
const mostPlanChars = 2000;

/** What a person is asked before a call runs, as rows to be. */
export function approvalDraft(
  state: RunState,
  { approvalId = '', index, tool, input, hash }: JudgedCall,
): ApprovalDraft {
  const { kernel, claimed, step } = state;
  const { ttlMs } = kernel.settings().approvals;
  const draft = { approvalId, step, index, planHash: hash, expiresAt: kernel.clock.now() + ttlMs };
  const account =
    claimed.route.kind === 'push' ? kernel.accounts.get(claimed.route.accountId) : undefined;
  if (!account) return draft;
  const plan = truncateOutput(JSON.stringify(input), mostPlanChars);
  const text = textFor('approval.ask', {
    tool: tool.name,
    plan,
    id: approvalId,
    minutes: Math.round(ttlMs / 60_000),
  });
  const buttons = [
    [
      { label: 'Approve', token: `approve ${approvalId}` },
      { label: 'Deny', token: `approve ${approvalId} deny` },
    ],
  ];
  const place = findPlace(state, 'current');
  const [ask] = noticeDrafts(kernel, {
    ...place,
    origin: `ask:${approvalId}`,
    answer: { text, notice: 'approval.ask', buttons },
  });
  return ask ? { ...draft, ask, ends: askEnds(place.channel, { tool: tool.name, plan }) } : draft;
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
