import type { Reader } from '@cuttle/core-types/ports';

const wide: ReadonlySet<string> = new Set<keyof Reader>([
  'searchMessages',
  'searchValues',
  'searchMemoryText',
  'searchMemoryVectors',
  'countMemory',
  'listSessions',
  'usage',
  'usageBy',
  'verifySession',
  'verifyAudit',
  'listAnchored',
  'previewClosedGroups',
  'countOldUsage',
  'countOldAudit',
]);

/** Whether a read looks at many rows: such a one never runs on the writer's connection. */
export function isWideRead(op: string): boolean {
  return wide.has(op);
}
