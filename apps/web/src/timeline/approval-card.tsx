import type { JSX } from 'preact';
import { Icon } from '../app/icon.tsx';
import { CallInput } from './call-input-view.tsx';

export interface ApprovalCardProps {
  readonly approvalId: string;
  readonly name: string;
  readonly input: unknown;
  /** What the sub-agent that asks is called; undefined for the agent itself. */
  readonly asker: string | undefined;
  readonly decide: (approvalId: string, decision: 'approved' | 'denied') => void;
}

/** Asks a person whether a call may run, exactly as it stands there. */
export function ApprovalCard({
  approvalId,
  name,
  input,
  asker,
  decide,
}: ApprovalCardProps): JSX.Element {
  const label = asker === undefined ? name : `${name}, by ${asker}`;
  return (
    <section class="approval" aria-label={`Approval needed: ${label}`}>
      <header>
        <Icon name="shield" />
        <div>
          <h3>
            {asker === undefined ? 'May I use ' : 'May it use '}
            <code>{name}</code>?
          </h3>
          <p>This is exactly what would run.</p>
        </div>
      </header>
      <CallInput input={input} />
      <div class="approval-buttons">
        <button type="button" class="primary" onClick={() => decide(approvalId, 'approved')}>
          Approve
        </button>
        <button type="button" onClick={() => decide(approvalId, 'denied')}>
          Deny
        </button>
      </div>
    </section>
  );
}
