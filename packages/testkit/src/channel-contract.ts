import { describe } from 'vitest';
import { describeActions } from './channel-contract/actions.contract.ts';
import { describeButtons } from './channel-contract/buttons.contract.ts';
import { describeChanges } from './channel-contract/changes.contract.ts';
import { describeConnect } from './channel-contract/connect.contract.ts';
import {
  type ChannelCase,
  type Contract,
  createContract,
  listCases,
} from './channel-contract/contract.ts';
import { describeDrafts } from './channel-contract/drafts.contract.ts';
import { describeFacts } from './channel-contract/facts.contract.ts';
import { describeFailure } from './channel-contract/failure.contract.ts';
import type { Lacks } from './channel-contract/fixture.ts';
import { describeLive } from './channel-contract/live.contract.ts';
import { describeManners } from './channel-contract/manners.contract.ts';
import { describeMedia } from './channel-contract/media.contract.ts';
import { describeReceive } from './channel-contract/receive.contract.ts';
import { describeRender } from './channel-contract/render.contract.ts';
import { describeUploads } from './channel-contract/uploads.contract.ts';
import { describeSend } from './channel-contract/send.contract.ts';
import type { OpenFixture } from './channel-contract/session.ts';
import { describeWebhook } from './channel-contract/webhook.contract.ts';

export type { ChannelCase } from './channel-contract/contract.ts';
export {
  type Ability,
  abilities,
  type ChannelFixture,
  type ChannelPlatform,
  type ContractDeps,
  type Lacks,
  type Person,
  type PersonFile,
  type PersonSays,
  type Place,
  type PlatformEvent,
  type Trouble,
  type VisibleFile,
  type VisibleText,
} from './channel-contract/fixture.ts';
export {
  createMemoryCheckpoint,
  type MemoryCheckpoint,
} from './channel-contract/memory-checkpoint.ts';
export { createInstantClock, type InstantClock } from './channel-contract/instant-clock.ts';
export { createRecordingDoor, type RecordingDoor } from './channel-contract/recording-door.ts';
export { openWebhookGateway, type WebhookGateway } from './channel-contract/webhook-gateway.ts';
export type { OpenFixture } from './channel-contract/session.ts';

/**
 * The promises of the `Channel` port, as cases. Every adapter runs all of them; `lacks` says of what its platform does not
 * have why, and of these cases it remains that the channel does not claim to have it.
 */
export function describeChannel(name: string, open: OpenFixture, lacks: Lacks): void {
  // Cases wait for events; on a busy machine these take their time.
  describe(`channel contract: ${name}`, { timeout: 20_000 }, () => {
    describeAll(createContract(open, lacks));
  });
}

/** All cases, for the table that shows which channel runs which. */
export function listChannelCases(): readonly ChannelCase[] {
  return listCases(describeAll);
}

function describeAll(contract: Contract): void {
  describeConnect(contract);
  describeReceive(contract);
  describeFacts(contract);
  describeSend(contract);
  describeFailure(contract);
  contract.having('changes', describeChanges);
  contract.having('changes', describeLive);
  contract.having('drafts', describeDrafts);
  describeRender(contract);
  describeButtons(contract);
  describeActions(contract);
  describeManners(contract);
  contract.having('files', describeMedia);
  contract.having('uploads', describeUploads);
  describeWebhook(contract);
}
