import type { BlobStore, Journal, Reader } from '@cuttle/core-types/ports';
import { createFolderBlobs } from '../blobs/folder-blobs.ts';

/** Asks a thread, or the host itself, for one named operation. */
export type Caller = (op: string, input?: unknown) => Promise<unknown>;

const journalNames = [
  'openAccount',
  'acceptInbound',
  'claimRun',
  'openStep',
  'restartStep',
  'recordStep',
  'startCalls',
  'finishCall',
  'appendDelta',
  'parkRun',
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
  'retryDead',
  'discardDead',
  'putSchedule',
  'cancelSchedule',
  'fireSchedule',
  'putPairing',
  'approvePairing',
  'setIdentityAccess',
  'putToken',
  'useToken',
  'removeToken',
  'patchSession',
  'appendAudit',
  'putValue',
  'removeValue',
  'sweep',
] as const satisfies readonly (keyof Journal)[];

const readerNames = [
  'findSession',
  'findSessionById',
  'listSessions',
  'readTranscript',
  'readHistory',
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
  'findIdentity',
  'listPairings',
  'findPairing',
  'findToken',
  'listApprovals',
  'findApproval',
  'listOutbound',
  'findOutbound',
  'findConversation',
  'findConversationById',
  'counts',
  'usage',
  'readAudit',
  'findValue',
  'listValues',
  'searchValues',
] as const satisfies readonly (keyof Reader)[];

/** A name that is missing above does not compile here. */
type AllNamed<Port, Name> = Exclude<keyof Port, Name> extends never ? Port : never;

export function createJournal(call: Caller): Journal {
  return over<AllNamed<Journal, (typeof journalNames)[number]>>(journalNames, call);
}

export function createReader(call: Caller): Reader {
  return over<AllNamed<Reader, (typeof readerNames)[number]>>(readerNames, call);
}

function over<Port>(names: readonly string[], call: Caller): Port {
  const methods = names.map((name) => [name, (input?: unknown) => call(name, input)]);
  // Each method takes what the port says and answers with what the function of that name returns; journal/index.ts and
  // reader/index.ts hold those functions to the same port.
  return Object.fromEntries(methods) as Port;
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
    },
  });
}
