import type { Journal } from '@cuttle/core-types/ports';
import type { Unit } from '../unit.ts';
import { abortRun, interruptRun } from './abort.ts';
import { acceptInbound } from './accept.ts';
import { appendAudit } from './audit.ts';
import {
  openAccount,
  putToken,
  removeToken,
  removeTokens,
  setIdentityAccess,
  useToken,
} from './access.ts';
import { decideApproval, parkRun } from './approvals.ts';
import { releaseUsage, reserveBudget, reserveUsage } from './budgets.ts';
import { finishCall, startCalls } from './calls.ts';
import { claimRun } from './claim.ts';
import { settleCommand } from './commands.ts';
import { beginCompaction, recordCompaction, undoCompaction } from './compactions.ts';
import { completeRun, failRun } from './complete.ts';
import {
  claimDelivery,
  discardDead,
  openBubble,
  prepareOutbound,
  resolveDelivery,
  retryDead,
  settleDelivery,
} from './delivery.ts';
import { expireDeliveries } from './expiry.ts';
import { noteRetention, removeAudit, removeClosedGroups, removeUsage } from './retention.ts';
import { cancelSchedule, fireSchedule, putSchedule } from './schedules.ts';
import { putFetchedMedia, putFilm, putMediaText } from './media.ts';
import { putMemoryFile, putMemoryVectors, removeMemoryFile } from './memory.ts';
import { releaseRuns } from './leases.ts';
import { createSession, forkSession, rewindSession } from './lineage.ts';
import { importSession } from './import-session.ts';
import { linkPerson, syncPersons, unlinkPerson } from './persons.ts';
import { removeSession } from './remove-session.ts';
import { decidePairing, writePairing } from './pairing.ts';
import { addPin, removePin } from './pins.ts';
import { putCheckpoint } from './checkpoints.ts';
import { beginPurge, endPurge, notePurge, purgeSlice } from './purge/purge-run.ts';
import { patchSession } from './sessions.ts';
import { appendDelta, openStep, recordStep, restartStep } from './steps.ts';
import { stopSubagent } from './stop-subagents.ts';
import { spawnSubagent, steerSubagent, takeResults } from './subagents.ts';
import { indexText } from './search-index.ts';
import { sweep } from './sweep.ts';
import { addUsage, countCut } from './usage.ts';
import { putBlobRow, removeBlobRow } from './blobs.ts';
import {
  claimWorkerTask,
  expireWorkerLeases,
  finishWorkerTask,
  renewWorkerLeases,
  reportWorkerTask,
} from './workers.ts';
import { putValue, removeValue } from './values.ts';

/** Each named transaction, as a function that runs inside one. */
export const journal = {
  openAccount,
  putCheckpoint,
  acceptInbound,
  claimRun,
  openStep,
  restartStep,
  reserveBudget,
  recordStep,
  startCalls,
  finishCall,
  beginCompaction,
  recordCompaction,
  undoCompaction,
  appendDelta,
  parkRun,
  releaseRuns,
  completeRun,
  failRun,
  abortRun,
  interruptRun,
  settleCommand,
  decideApproval,
  openBubble,
  claimDelivery,
  settleDelivery,
  resolveDelivery,
  prepareOutbound,
  expireDeliveries,
  retryDead,
  discardDead,
  putSchedule,
  cancelSchedule,
  fireSchedule,
  putPairing: writePairing,
  decidePairing,
  setIdentityAccess,
  putToken,
  useToken,
  removeToken,
  removeTokens,
  patchSession,
  createSession,
  forkSession,
  rewindSession,
  removeSession,
  importSession,
  linkPerson,
  unlinkPerson,
  syncPersons,
  addPin,
  removePin,
  appendAudit,
  putValue,
  addUsage,
  reserveUsage,
  releaseUsage,
  countCut,
  removeValue,
  putFilm,
  putMediaText,
  putFetchedMedia,
  putMemoryFile,
  removeMemoryFile,
  putMemoryVectors,
  removeClosedGroups,
  removeUsage,
  removeAudit,
  noteRetention,
  beginPurge,
  purgeSlice,
  notePurge,
  endPurge,
  sweep,
  spawnSubagent,
  takeResults,
  steerSubagent,
  stopSubagent,
  claimWorkerTask,
  expireWorkerLeases,
  renewWorkerLeases,
  reportWorkerTask,
  finishWorkerTask,
} satisfies {
  [Name in keyof Journal]: (
    unit: Unit,
    input: Parameters<Journal[Name]>[0],
  ) => Awaited<ReturnType<Journal[Name]>>;
};

/** Transactions of the store's own: the index of blobs, the full-text index. */
export const ownJournal = { putBlobRow, removeBlobRow, indexText };
