import type { Principal, TaintSource, Trust } from '@cuttle/core-types';
import type { ActionRequest, Answer, ToolContext } from '@cuttle/core-types/ports';

/** A context that notes what a tool did with it. */
export interface NotedContext extends ToolContext {
  readonly taints: Set<TaintSource>;
  readonly sent: { readonly to: string; readonly answer: Answer }[];
  readonly acts: ActionRequest[];
}

export const owner: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };

export function person(id: string): Principal {
  return { id: `person:${id}`, kind: 'person', personId: id, scopes: [] };
}

export function contextOf(
  over: Partial<Omit<ToolContext, 'provenance'>> & { readonly trust?: Trust } = {},
): NotedContext {
  const { trust = 'owner', ...fields } = over;
  const taints = new Set<TaintSource>();
  const sent: NotedContext['sent'] = [];
  const acts: ActionRequest[] = [];
  return {
    runId: 'run-1',
    agentId: 'main',
    sessionKey: 'agent:main:telegram:main:dm:42',
    principal: owner,
    provenance: { door: 'telegram', accountId: 'account-1', trust },
    key: 'key-1',
    taint: (source) => {
      taints.add(source);
    },
    send: (message) => {
      sent.push(message);
      return [`message-${sent.length}`];
    },
    async act(request) {
      acts.push(request);
      return `act-${acts.length}`;
    },
    progress: () => undefined,
    ...fields,
    taints,
    sent,
    acts,
  };
}
