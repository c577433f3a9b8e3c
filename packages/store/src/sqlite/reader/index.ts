import type { Reader } from '@cuttle/core-types/ports';
import type { View } from '../view.ts';
import { findIdentity, findToken } from './access.ts';
import { findApproval, listApprovals } from './approvals.ts';
import { eventBounds, readEvents, readOpenText } from './events.ts';
import { readFate } from './fate.ts';
import { readAudit, readSpending, usage, usageBy } from './ledger.ts';
import { findFilm, findMediaTexts } from './media.ts';
import {
  countMemory,
  listMemoryFiles,
  listNamespaces,
  listUnembedded,
  searchMemoryText,
  searchMemoryVectors,
} from './memory.ts';
import {
  findConversation,
  findConversationById,
  findOutbound,
  findOwnMessage,
  findSentMessage,
  listOutbound,
} from './outbound.ts';
import { countOldAudit, countOldUsage, previewClosedGroups, usedBytes } from './retention.ts';
import { listAnchored, verifyAudit, verifySession } from './records.ts';
import { listPersonRows } from './person-rows.ts';
import { findPerson, listPurges } from './privacy.ts';
import { listRecentCalls } from './recent-calls.ts';
import { findCheckpoint } from './checkpoints.ts';
import { findSeen } from './directory.ts';
import {
  findAllowed,
  findDirect,
  findPairing,
  findPairingByCode,
  findTally,
  listAllowed,
  listPairings,
} from './pairing.ts';
import { listPins } from './pins.ts';
import { findInbound, findRun } from './runs.ts';
import { findDueSchedules, listSchedules, nextScheduleAt } from './schedules.ts';
import { listPersons } from './persons.ts';
import { findSession, findSessionById, listSessions } from './sessions.ts';
import { findSummary, listSummaries } from './summaries.ts';
import { searchMessages } from './search.ts';
import { readHistory, readTranscript } from './transcript.ts';
import {
  findConversationOfRun,
  findSubagent,
  findSubagentTimers,
  findWorkerWork,
  listSubagents,
} from './subagents.ts';
import { listUncounted } from './uncounted.ts';
import { findBlobType, listFreeBlobs, listKnownBlobs } from './blobs.ts';
import { findValue, listValues, searchValues } from './values.ts';
import { counts, findWork } from './work.ts';

/** Each read, as a function that runs inside one read transaction. */
export const reader = {
  findPerson,
  listPurges,
  listPersonRows,
  findSession,
  findSessionById,
  listSessions,
  readTranscript,
  readHistory,
  findSummary,
  listSummaries,
  searchMessages,
  findRun,
  findInbound,
  readFate,
  readEvents,
  eventBounds,
  readOpenText,
  findWork,
  findDueSchedules,
  nextScheduleAt,
  listSchedules,
  listPersons,
  findIdentity,
  listPairings,
  findPairing,
  findPairingByCode,
  listAllowed,
  findAllowed,
  findDirect,
  findSeen,
  findTally,
  findToken,
  listApprovals,
  findApproval,
  listOutbound,
  findOutbound,
  listRecentCalls,
  findOwnMessage,
  findSentMessage,
  findConversation,
  findConversationById,
  counts,
  listUncounted,
  usage,
  usageBy,
  readSpending,
  findCheckpoint,
  listPins,
  readAudit,
  findValue,
  listValues,
  searchValues,
  findFilm,
  findMediaTexts,
  listMemoryFiles,
  searchMemoryText,
  searchMemoryVectors,
  listUnembedded,
  countMemory,
  listNamespaces,
  verifySession,
  verifyAudit,
  listAnchored,
  findSubagent,
  findConversationOfRun,
  listSubagents,
  findSubagentTimers,
  findWorkerWork,
  previewClosedGroups,
  countOldUsage,
  countOldAudit,
  usedBytes,
} satisfies {
  [Name in keyof Reader]: (
    view: View,
    ...input: Parameters<Reader[Name]>
  ) => Awaited<ReturnType<Reader[Name]>>;
};

/** Reads of the parts beside the reader. */
export const blobReader = { findBlobType, listFreeBlobs, listKnownBlobs };
