import type { Json } from '@cuttle/core-types';
import type { OpenaiCallDelta } from './wire.ts';

/** A tool call while its pieces come in. */
export interface CallDraft {
  id: string;
  name: string;
  input: string;
  extra: Json | undefined;
}

/** Drafts by the place that the service gives them, in order of their first appearance. */
export interface CallDrafts {
  readonly all: CallDraft[];
  readonly byIndex: Map<number, CallDraft>;
}

export function createCallDrafts(): CallDrafts {
  return { all: [], byIndex: new Map() };
}

export function addCallDelta(drafts: CallDrafts, delta: OpenaiCallDelta): void {
  const draft = findDraft(drafts, delta) ?? openDraft(drafts, delta);
  draft.id ||= delta.id ?? '';
  draft.name ||= delta.function?.name ?? '';
  const input = delta.function?.arguments;
  if (input != null) draft.input += typeof input === 'string' ? input : JSON.stringify(input);
  draft.extra ??= delta.extra_content;
}

/**
 * The call that a delta goes on with. Google numbers all parallel calls 0, with ids of their own; others leave the
 * index out. A delta that brings a name and another id, or a name and neither index nor id, begins a call.
 */
function findDraft(drafts: CallDrafts, delta: OpenaiCallDelta): CallDraft | undefined {
  const named = Boolean(delta.function?.name);
  const known =
    delta.index == null
      ? drafts.all.findLast(({ id }) => !delta.id || id === delta.id)
      : drafts.byIndex.get(delta.index);
  if (!known || !named) return known ?? (named ? undefined : drafts.all.at(-1));
  const other = delta.id ? known.id !== '' && known.id !== delta.id : delta.index == null;
  return other ? undefined : known;
}

function openDraft(drafts: CallDrafts, delta: OpenaiCallDelta): CallDraft {
  const draft: CallDraft = { id: '', name: '', input: '', extra: undefined };
  drafts.all.push(draft);
  if (delta.index != null) drafts.byIndex.set(delta.index, draft);
  return draft;
}
