import { describe, expect, it } from 'vitest';
import type { Channel } from '@cuttle/core-types/ports';
import type { Ability, Lacks } from './fixture.ts';
import { openSession, type OpenFixture } from './session.ts';

/** What the cases are written against: a way to open the platform, and where a case is put. */
export interface Contract {
  readonly open: OpenFixture;
  readonly lacks: Lacks;
  describe(title: string, cases: () => void): void;
  it(title: string, run: () => Promise<void>): void;
  /** Cases of something that not every platform has. */
  having(ability: Ability, cases: (contract: Contract) => void): void;
}

/** Runs each case; one of something the platform lacks only makes sure that the channel does not claim to have it. */
export function createContract(open: OpenFixture, lacks: Lacks): Contract {
  const contract: Contract = {
    open,
    lacks,
    describe,
    it,
    having(ability, cases) {
      const reason = lacks[ability];
      if (reason === undefined) {
        cases(contract);
        return;
      }
      const lacking: Contract = {
        ...contract,
        it(title) {
          it(`${title} (not here: ${reason})`, async () => {
            await using session = await openSession(contract);
            expect(reason.length).toBeGreaterThan(10);
            expect(claimOf(session.channel, ability)).toBeUndefined();
          });
        },
        having: (_, inner) => inner(lacking),
      };
      cases(lacking);
    },
  };
  return contract;
}

/** What a channel with this ability has and one without has not. */
function claimOf(channel: Channel, ability: Ability): unknown {
  switch (ability) {
    case 'typing':
      return channel.typing;
    case 'menu':
      return channel.menu;
    case 'changes':
      return channel.live;
    case 'drafts':
      return channel.live?.drafts;
    case 'pushes':
      return channel.webhook;
    case 'files':
      return channel.media;
    case 'uploads':
      return channel.uploads;
    case 'groups':
    case 'threads':
    case 'edits':
    case 'buttons':
    case 'pictures':
    case 'quotes':
    case 'markup':
    case 'pulls':
      return undefined;
  }
}

/** A case as a row of a table. */
export interface ChannelCase {
  readonly group: string;
  readonly title: string;
  /** What of a platform it speaks of, where not every platform has it. */
  readonly ability?: Ability;
}

/** Collects the cases instead of running them. */
export function listCases(write: (contract: Contract) => void): readonly ChannelCase[] {
  const cases: ChannelCase[] = [];
  const groups: string[] = [];
  const listing = (ability?: Ability): Contract => ({
    open: () => Promise.reject(new TypeError('A listed case is not run')),
    lacks: {},
    describe(title, inner) {
      groups.push(title);
      inner();
      groups.pop();
    },
    it: (title) =>
      void cases.push({
        group: groups.join(': '),
        title,
        ...(ability !== undefined && { ability }),
      }),
    having: (inner, list) => list(listing(ability ?? inner)),
  });
  write(listing());
  return cases;
}
