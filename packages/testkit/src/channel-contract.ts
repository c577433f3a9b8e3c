import { describe } from 'vitest';
import { describeConnect } from './channel-contract/connect.contract.ts';
import { describeFacts } from './channel-contract/facts.contract.ts';
import type { ChannelTraits } from './channel-contract/fixture.ts';
import { describeMedia } from './channel-contract/media.contract.ts';
import { describeReceive } from './channel-contract/receive.contract.ts';
import { describeRender } from './channel-contract/render.contract.ts';
import { describeSend } from './channel-contract/send.contract.ts';
import { describeWebhook } from './channel-contract/webhook.contract.ts';
import type { OpenFixture } from './channel-contract/session.ts';

export type {
  ChannelFixture,
  ChannelPlatform,
  ChannelTraits,
  ContractDeps,
  Person,
  PersonFile,
  PersonSays,
  Place,
  PlatformEvent,
  Trouble,
  VisibleText,
} from './channel-contract/fixture.ts';
export { createInstantClock, type InstantClock } from './channel-contract/instant-clock.ts';
export { createRecordingDoor, type RecordingDoor } from './channel-contract/recording-door.ts';
export type { OpenFixture } from './channel-contract/session.ts';

/** The promises of the `Channel` port, as cases. Every adapter runs them; what its platform lacks is said by `traits`. */
export function describeChannel(name: string, open: OpenFixture, traits: ChannelTraits): void {
  const contract = { open, traits };
  // Cases wait for events; on a busy machine these take their time.
  describe(`channel contract: ${name}`, { timeout: 20_000 }, () => {
    describeConnect(contract);
    describeReceive(contract);
    describeFacts(contract);
    describeSend(contract);
    describeRender(contract);
    if (traits.files) describeMedia(contract);
    if (!traits.pulls) describeWebhook(contract);
  });
}
