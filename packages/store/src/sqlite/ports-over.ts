import { isCuttleError } from '@cuttle/core-types/errors';
import type { BlobStore, Journal, Reader } from '@cuttle/core-types/ports';
import { createFolderBlobs } from '../blobs/folder-blobs.ts';
import type { FreeBlobs } from './reader/blobs.ts';

/** Asks a thread, or the host itself, for one named operation. */
export type Caller = (op: string, input?: unknown) => Promise<unknown>;

const journalNames = [
  'openAccount',
  'putCheckpoint',
  'acceptInbound',
  'claimRun',
  'openStep',
  'restartStep',
  'reserveBudget',
  'recordStep',
  'startCalls',
  'finishCall',
  'beginCompaction',
  'recordCompaction',
  'undoCompaction',
  'appendDelta',
  'parkRun',
  'releaseRuns',
  'completeRun',
  'failRun',
  'abortRun',
  'interruptRun',
  'settleCommand',
  'decideApproval',
  'openBubble',
  'claimDelivery',
  'settleDelivery',
  'resolveDelivery',
  'prepareOutbound',
  'expireDeliveries',
  'retryDead',
  'discardDead',
  'putSchedule',
  'cancelSchedule',
  'fireSchedule',
  'putPairing',
  'decidePairing',
  'setIdentityAccess',
  'putToken',
  'useToken',
  'removeToken',
  'removeTokens',
  'patchSession',
  'createSession',
  'forkSession',
  'rewindSession',
  'removeSession',
  'importSession',
  'linkPerson',
  'unlinkPerson',
  'syncPersons',
  'addPin',
  'removePin',
  'appendAudit',
  'putValue',
  'addUsage',
  'reserveUsage',
  'releaseUsage',
  'countCut',
  'removeValue',
  'putFilm',
  'putMediaText',
  'putFetchedMedia',
  'putMemoryFile',
  'removeMemoryFile',
  'putMemoryVectors',
  'removeClosedGroups',
  'removeUsage',
  'removeAudit',
  'noteRetention',
  'beginPurge',
  'purgeSlice',
  'notePurge',
  'endPurge',
  'sweep',
  'spawnSubagent',
  'takeResults',
  'steerSubagent',
  'stopSubagent',
  'claimWorkerTask',
  'expireWorkerLeases',
  'renewWorkerLeases',
  'reportWorkerTask',
  'finishWorkerTask',
] as const satisfies readonly (keyof Journal)[];

const readerNames = [
  'findCheckpoint',
  'findSession',
  'findSessionById',
  'listSessions',
  'readTranscript',
  'readHistory',
  'findSummary',
  'listSummaries',
  'searchMessages',
  'findRun',
  'findInbound',
  'readFate',
  'readEvents',
  'eventBounds',
  'readOpenText',
  'findWork',
  'findDueSchedules',
  'nextScheduleAt',
  'listSchedules',
  'listPersons',
  'findIdentity',
  'listPairings',
  'findPairing',
  'findPairingByCode',
  'listAllowed',
  'findAllowed',
  'findDirect',
  'findSeen',
  'findTally',
  'findToken',
  'listApprovals',
  'findApproval',
  'listOutbound',
  'findOutbound',
  'listRecentCalls',
  'findOwnMessage',
  'findSentMessage',
  'findConversation',
  'findConversationById',
  'counts',
  'listUncounted',
  'usage',
  'usageBy',
  'readSpending',
  'listPins',
  'readAudit',
  'findValue',
  'listValues',
  'searchValues',
  'findFilm',
  'findMediaTexts',
  'listMemoryFiles',
  'searchMemoryText',
  'searchMemoryVectors',
  'listUnembedded',
  'countMemory',
  'listNamespaces',
  'verifySession',
  'verifyAudit',
  'listAnchored',
  'findSubagent',
  'findConversationOfRun',
  'listSubagents',
  'findSubagentTimers',
  'findWorkerWork',
  'previewClosedGroups',
  'countOldUsage',
  'countOldAudit',
  'usedBytes',
  'findPerson',
  'listPurges',
  'listPersonRows',
] as const satisfies readonly (keyof Reader)[];

/** A name that is missing above does not compile below. */
type Whole<Port, Name> = Exclude<keyof Port, Name> extends never ? Port : never;

export function createJournal(call: Caller): Journal {
  // Each method asks for the function of its name, and journal/index.ts holds those to the port.
  return over(journalNames, call) as unknown as Whole<Journal, (typeof journalNames)[number]>;
}

export function createReader(calls: { readonly read: Caller; readonly write: Caller }): Reader {
  // Likewise, with reader/index.ts.
  const reader = over(readerNames, calls.read) as unknown as Whole<
    Reader,
    (typeof readerNames)[number]
  >;
  return {
    ...reader,
    async searchMessages(input) {
      await indexAll(calls.write);
      return reader.searchMessages(input);
    },
    async listSessions(input) {
      if (input.search !== undefined) await indexAll(calls.write);
      return reader.listSessions(input);
    },
  };
}

const indexedEntries = 256;

/** Words of the newest messages and sessions are indexed when somebody looks for them. With a full disk, older ones are still found. */
async function indexAll(write: Caller): Promise<void> {
  try {
    while ((await write('indexText', { limit: indexedEntries })) === indexedEntries);
  } catch (error) {
    if (!isCuttleError(error, 'store.full')) throw error;
  }
}

function over(names: readonly string[], call: Caller): Record<string, Caller> {
  return Object.fromEntries(names.map((name) => [name, (input) => call(name, input)]));
}

export function createBlobs(
  path: string,
  calls: { readonly write: Caller; readonly read: Caller },
): BlobStore {
  return createFolderBlobs({
    path,
    index: {
      async put(row) {
        await calls.write('putBlobRow', row);
      },
      async findType(sha256) {
        const type = await calls.read('findBlobType', sha256);
        return typeof type === 'string' ? type : undefined;
      },
      // The reader and the writer give what their functions of that name do.
      listFree: (input) => calls.read('listFreeBlobs', input) as Promise<FreeBlobs>,
      // Likewise: a list of names.
      listKnown: (sha256s) => calls.read('listKnownBlobs', sha256s) as Promise<readonly string[]>,
      forget: async (input) => (await calls.write('removeBlobRow', input)) === true,
    },
  });
}
